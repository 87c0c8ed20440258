namespace Learning.Data;

/// <summary>Strata of labels that are numbers: by them a split, folds and a reference set have the whole range on every side.</summary>
public static class Tenths
{
    public const int Count = 10;

    /// <summary>
    /// 0 to 9 for each label: the share of labels below it, in tenths. Equal labels are in one tenth, however many they are, so the order of the rows changes nothing.
    /// </summary>
    public static int[] Of(ReadOnlySpan<float> labels)
    {
        var (sorted, order) = (labels.ToArray(), Enumerable.Range(0, labels.Length).ToArray());
        Array.Sort(sorted, order);
        var (tenths, below) = (new int[labels.Length], 0);
        for (var i = 0; i < sorted.Length; i++)
        {
            below = i > 0 && sorted[i] == sorted[i - 1] ? below : i;
            tenths[order[i]] = (int)((long)below * Count / sorted.Length);
        }
        return tenths;
    }
}
