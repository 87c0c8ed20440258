namespace Onnx;

/// <summary>Arithmetic on sizes that a file claims: too large stays too large instead of wrapping round.</summary>
internal static class Size
{
    /// <exception cref="InvalidDataException">A side is negative.</exception>
    public static long Multiply(long size, long side) =>
        side < 0 ? throw new InvalidDataException($"not a readable ONNX file: a tensor has a side of {side}")
        : size != 0 && side > long.MaxValue / size ? long.MaxValue : size * side;

    public static long Add(long size, long more) => more > long.MaxValue - size ? long.MaxValue : size + more;

    /// <summary>Bytes of one element; types of less than a byte count as one.</summary>
    public static int OfElement(int dataType) => dataType switch
    {
        15 => 16, // complex128
        7 or 11 or 13 or 14 => 8, // int64, double, uint64, complex64
        1 or 6 or 12 => 4, // float, int32, uint32
        4 or 5 or 10 or 16 => 2, // uint16, int16, float16, bfloat16
        _ => 1,
    };
}
