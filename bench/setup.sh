#!/bin/sh
# Makes bench/.venv with the peers that the benches compare with. Every peer is optional: what cannot be installed is named
# at the end, and the benches list it as skipped. Needs Python 3.10 to 3.13 (PYTHON=… chooses one) and a package index.
#
#   sh bench/setup.sh           statsforecast, mlforecast, LightGBM, SHAP, pandas, polars, TensorFlow.js, and the system's PyTorch
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
# The newest one has an environment of its own, because AutoGluon asks for an older one.
system_torch() {
  /usr/bin/python3 -c 'import torch' 2>/dev/null || return 1
  [ -x .venv/system/bin/python ] || /usr/bin/python3 -m venv --without-pip --system-site-packages .venv/system
  .venv/system/bin/python -c 'import torch; print("PyTorch", torch.__version__, "of the system: bench/.venv/system/bin/python")'
}

newest_torch() {
  [ -x .venv/torch/bin/python ] || "$python" -m venv .venv/torch || return 1
  .venv/torch/bin/python -m pip install --quiet --disable-pip-version-check --upgrade torch numpy &&
    .venv/torch/bin/python -c 'import torch; print("PyTorch", torch.__version__, "in bench/.venv/torch")'
}

if [ "${TORCH:-cpu}" = cuda ]; then
  newest_torch || missing="$missing PyTorch"
  install neuralforecast neuralforecast neuralforecast
  install AutoGluon autogluon.timeseries autogluon.timeseries
else
  missing="$missing neuralforecast AutoGluon"
  if ! system_torch; then
    missing="$missing PyTorch"
    echo "PyTorch: no build without CUDA within reach. On Debian or Ubuntu: apt-get install --no-install-recommends python3-torch;" >&2
    echo "or TORCH=cuda to take the large one." >&2
  fi
fi

# TensorFlow.js with its WebAssembly back end: its native one does not install on current versions of Node.
mkdir -p .venv/tfjs
[ -f .venv/tfjs/package.json ] || echo '{"private": true}' >.venv/tfjs/package.json
if [ -d .venv/tfjs/node_modules/@tensorflow/tfjs-backend-wasm ]; then
  echo "TensorFlow.js: there already"
elif npm install --prefix .venv/tfjs --silent --ignore-scripts --no-audit --no-fund \
  @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0; then
  echo "TensorFlow.js: installed"
else
  missing="$missing TensorFlow.js"
fi

[ -z "$missing" ] && echo "All peers are there." || echo "Not installed:$missing" >&2
