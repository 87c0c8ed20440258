namespace Onnx.Writing;

/// <summary>Field numbers that only writing needs, beside those in <see cref="Schema"/>.</summary>
internal static class WritingSchema
{
    public static class Model
    {
        public const int ProducerName = 2;
    }

    public static class Graph
    {
        public const int Name = 2, Input = 11;
    }

    public static class Type
    {
        public const int DimensionName = 2;
    }
}
