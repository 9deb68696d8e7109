import protobuf from "protobufjs/light.js";

/** Part of ONNX's message definitions (onnx.proto3, IR version 10): the messages and field numbers that Almanac writes. */
const definitions = {
  nested: {
    onnx: {
      nested: {
        ModelProto: message({
          irVersion: [1, "int64"],
          producerName: [2, "string"],
          producerVersion: [3, "string"],
          docString: [6, "string"],
          graph: [7, "GraphProto"],
          opsetImport: [8, "OperatorSetIdProto", "repeated"],
          metadataProps: [14, "StringStringEntryProto", "repeated"],
        }),
        OperatorSetIdProto: message({ domain: [1, "string"], version: [2, "int64"] }),
        StringStringEntryProto: message({ key: [1, "string"], value: [2, "string"] }),
        GraphProto: message({
          node: [1, "NodeProto", "repeated"],
          name: [2, "string"],
          initializer: [5, "TensorProto", "repeated"],
          input: [11, "ValueInfoProto", "repeated"],
          output: [12, "ValueInfoProto", "repeated"],
        }),
        NodeProto: message({
          input: [1, "string", "repeated"],
          output: [2, "string", "repeated"],
          name: [3, "string"],
          opType: [4, "string"],
          attribute: [5, "AttributeProto", "repeated"],
          domain: [7, "string"],
        }),
        AttributeProto: message({
          name: [1, "string"],
          f: [2, "float"],
          i: [3, "int64"],
          s: [4, "bytes"],
          g: [6, "GraphProto"],
          floats: [7, "float", "repeated"],
          ints: [8, "int64", "repeated"],
          strings: [9, "bytes", "repeated"],
          type: [20, "int32"],
        }),
        TensorProto: message({
          dims: [1, "int64", "repeated"],
          dataType: [2, "int32"],
          name: [8, "string"],
          rawData: [9, "bytes"],
          externalData: [13, "StringStringEntryProto", "repeated"],
          dataLocation: [14, "int32"],
        }),
        ValueInfoProto: message({ name: [1, "string"], type: [2, "TypeProto"] }),
        TypeProto: message({ tensorType: [1, "TensorTypeProto"] }),
        TensorTypeProto: message({ elemType: [1, "int32"], shape: [2, "TensorShapeProto"] }),
        TensorShapeProto: message({ dim: [1, "DimensionProto", "repeated"] }),
        DimensionProto: message({ dimValue: [1, "int64"], dimParam: [2, "string"] }),
      },
    },
  },
};

type Field = readonly [id: number, type: string, rule?: string];

function message(fields: Readonly<Record<string, Field>>) {
  return {
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, [id, type, rule]]) => [name, { id, type, ...(rule && { rule }) }]),
    ),
  };
}

/** The root message of an ONNX file. */
export const modelProto = protobuf.Root.fromJSON(definitions).lookupType("onnx.ModelProto");
