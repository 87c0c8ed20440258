namespace TrainingService.Registry;

/// <summary>Versions from old to new: runs of digits compare as numbers, so 10 comes after 9 and 1.10 after 1.9.</summary>
internal sealed class VersionOrder : IComparer<string>
{
    public static VersionOrder OldestFirst { get; } = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x, b = y;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            var partA = TakePart(ref a);
            var partB = TakePart(ref b);
            var order = char.IsAsciiDigit(partA[0]) && char.IsAsciiDigit(partB[0])
                ? CompareNumbers(partA, partB)
                : partA.SequenceCompareTo(partB);
            if (order != 0)
                return order;
        }
        return a.Length.CompareTo(b.Length);
    }

    // Of any length: a date and time makes a fine version and a poor long.
    private static int CompareNumbers(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = a.TrimStart('0');
        b = b.TrimStart('0');
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
    }

    private static ReadOnlySpan<char> TakePart(ref ReadOnlySpan<char> rest)
    {
        var digits = char.IsAsciiDigit(rest[0]);
        var length = 1;
        while (length < rest.Length && char.IsAsciiDigit(rest[length]) == digits)
            length++;
        var part = rest[..length];
        rest = rest[length..];
        return part;
    }
}
