namespace Onnx;

/// <summary>Lists of numbers that may be a shape: a longer one is none, and is not worth keeping.</summary>
internal static class FewNumbers
{
    public const int Most = 32;

    public static void AddIfFew(this List<long> numbers, long number)
    {
        if (numbers.Count < Most)
            numbers.Add(number);
    }
}
