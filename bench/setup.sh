#!/bin/sh
# Makes bench/.venv with the peers that the benches compare with. Every peer is optional: what cannot be installed is named
# at the end, and the benches list it as skipped. Needs Python 3.10 to 3.13 (PYTHON=… chooses one) and a package index.
#
#   sh bench/setup.sh           statsforecast, mlforecast, LightGBM, SHAP, pandas, polars, and PyTorch for the CPU
#   TORCH=cuda sh bench/setup.sh   PyTorch from the package index, with its CUDA libraries (several GB), and what needs it
set -u
cd "$(dirname "$0")" || exit 1

find_python() {
  for candidate in "${PYTHON:-}" python3.12 python3.11 python3.13 python3.10 python3; do
    [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' 2>/dev/null &&
      echo "$candidate" && return
  done
}

python=$(find_python)
if [ -z "$python" ]; then
  echo "No Python 3.10 to 3.13 found: install one, or name it with PYTHON=…, and run this script again." >&2
  exit 1
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv || exit 1
missing=""

# install NAME MODULE PACKAGE…: installs the packages and checks that the module can be imported.
install() {
  name=$1 module=$2
  shift 2
  if .venv/bin/python -c "import $module" 2>/dev/null; then
    echo "$name: there already"
  elif .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@" && .venv/bin/python -c "import $module"; then
    echo "$name: installed"
  else
    missing="$missing $name"
  fi
}

install pandas pandas pandas
install polars polars polars pyarrow
install LightGBM lightgbm lightgbm
install statsforecast statsforecast statsforecast
install mlforecast mlforecast mlforecast
install SHAP shap shap

# The package index serves PyTorch with its CUDA libraries; Debian and Ubuntu package an older one for the system's Python.
torch_is_there() {
  .venv/bin/python -c 'import torch' 2>/dev/null
}

system_torch() {
  /usr/bin/python3 -c 'import torch' 2>/dev/null || return 1
  [ -x .venv/system/bin/python ] || /usr/bin/python3 -m venv --without-pip --system-site-packages .venv/system
  .venv/system/bin/python -c 'import torch; print("PyTorch", torch.__version__, "of the system: bench/.venv/system/bin/python")'
}

if [ "${TORCH:-cpu}" = cuda ]; then
  install PyTorch torch torch
elif ! torch_is_there && ! system_torch; then
  missing="$missing PyTorch"
  echo "PyTorch: no build without CUDA within reach. On Debian or Ubuntu: apt-get install --no-install-recommends python3-torch;" >&2
  echo "or TORCH=cuda to take the large one." >&2
fi

# These need PyTorch inside the environment; the package index would otherwise add the CUDA one by itself.
if .venv/bin/python -c 'import torch' 2>/dev/null; then
  install neuralforecast neuralforecast neuralforecast
  install AutoGluon autogluon.timeseries autogluon.timeseries
else
  missing="$missing neuralforecast AutoGluon"
fi

# AutoGluon pins an older PyTorch; the engine's bench compares with the newest one, in an environment of its own.
if torch_is_there; then
  [ -x .venv/torch/bin/python ] || "$python" -m venv .venv/torch
  if .venv/torch/bin/python -c 'import torch' 2>/dev/null; then
    echo "newest PyTorch: there already"
  elif .venv/torch/bin/python -m pip install --quiet --disable-pip-version-check torch numpy; then
    .venv/torch/bin/python -c 'import torch; print("newest PyTorch:", torch.__version__)'
  else
    missing="$missing newest-PyTorch"
  fi
fi

[ -z "$missing" ] && echo "All peers are there." || echo "Not installed:$missing" >&2
