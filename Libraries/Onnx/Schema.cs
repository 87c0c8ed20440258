namespace Onnx;

/// <summary>Field numbers of the public ONNX schema (onnx.proto, ir version 10), as far as they are used here.</summary>
internal static class Schema
{
    public static class Model
    {
        public const int IrVersion = 1, Graph = 7, OpsetImport = 8, Functions = 25;
    }

    public static class OperatorSetId
    {
        public const int Domain = 1, Version = 2;
    }

    public static class Graph
    {
        public const int Node = 1, Initializer = 5, Output = 12, SparseInitializer = 15;
    }

    public static class Node
    {
        public const int Input = 1, Output = 2, Name = 3, OpType = 4, Attribute = 5, Domain = 7;
    }

    public static class Attribute
    {
        public const int Name = 1, Int = 3, Tensor = 5, Graph = 6, Ints = 8, Tensors = 10, Graphs = 11, SparseTensor = 22, SparseTensors = 23;
    }

    public static class Tensor
    {
        public const int Dims = 1, DataType = 2, FloatData = 4, Int32Data = 5, StringData = 6, Int64Data = 7, Name = 8,
            RawData = 9, DoubleData = 10, Uint64Data = 11, ExternalData = 13, DataLocation = 14;
    }

    public static class SparseTensor
    {
        public const int Values = 1, Indices = 2, Dims = 3;
    }

    public static class StringPair
    {
        public const int Key = 1, Value = 2;
    }

    public static class ValueInfo
    {
        public const int Name = 1, Type = 2;
    }

    /// <summary>TypeProto, its Tensor, TensorShapeProto and its Dimension.</summary>
    public static class Type
    {
        public const int TensorType = 1, ElementType = 1, Shape = 2, Dimension = 1, DimensionValue = 1;
    }
}
