using Learning.Data;

namespace Learning.Exports;

/// <summary>The file of a head upon its backbone, run on images as it is going to serve them, beside the head on what it learned from: their rows.</summary>
public sealed record WholeCheck(int Images, double LargestDifference)
{
    public bool Agrees => Images > 0 && LargestDifference <= ExportCheck.Allowed;

    /// <param name="images">Tensors, each with the row of the table that is its embedding.</param>
    /// <param name="sides">Of a tensor, without the batch axis.</param>
    public static WholeCheck Run(ITrainedModel model, ExportedModel whole, Table table, IEnumerable<(int Row, float[] Tensor)> images, IEnumerable<int> sides)
    {
        long[] one = [1, .. sides.Select(side => (long)side)];
        var (count, most) = (0, 0.0);
        foreach (var (row, tensor) in images)
        {
            most = Math.Max(most, ExportCheck.Difference(model.Predict(table, [row]), whole.Run(tensor, one)));
            count++;
        }
        return new WholeCheck(count, most);
    }
}
