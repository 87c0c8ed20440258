using Learning.Data;

namespace Learning;

internal static class Shares
{
    /// <summary>What each column counts, as shares of the whole, the largest first.</summary>
    public static IReadOnlyList<FeatureImportance> Of(TableSchema schema, double[] amounts)
    {
        var sum = amounts.Sum();
        return sum <= 0 ? [] : [.. amounts.Select((amount, c) => new FeatureImportance(schema.Columns[c].Name, amount / sum)).OrderByDescending(each => each.Share)];
    }
}
