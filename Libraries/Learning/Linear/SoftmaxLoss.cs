using Learning.Data;

namespace Learning.Linear;

/// <summary>
/// Weighted mean cross-entropy of a linear softmax model, plus <c>l2/2 · ‖w‖²</c> over all weights but the biases; and its gradient.
/// The point is <c>[classes, features + 1]</c>, a class's bias last. Rows are dealt to a fixed number of shards whose sums are added
/// in order, so that the result does not depend on how many threads there are.
/// </summary>
internal sealed class SoftmaxLoss(LinearEncoding encoding, Table table, int[] rows, double[] classWeights, double l2, int threads, CancellationToken cancellation)
{
    private const int Shards = 16, BlockRows = 64;
    private readonly int classes = table.Schema.Classes.Count;
    private readonly int stride = encoding.Width + 1;
    private readonly double[][] gradients = new double[Shards][]; // kept: with long categories they are large, and new ones for each step would pile up
    private readonly double totalWeight = table.LabelsOf(rows).Sum(label => classWeights[label]);

    public int Parameters => classes * stride;

    public double At(double[] point, double[] gradient)
    {
        var losses = new double[Shards];
        Parallel.For(0, Shards, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, shard =>
        {
            Array.Clear(gradients[shard] ??= new double[Parameters]);
            losses[shard] = Shard(shard, point, gradients[shard]);
        });
        Array.Clear(gradient);
        foreach (var part in gradients)
            Vectors.AddScaled(gradient, part, 1 / totalWeight);
        return (losses.Sum() / totalWeight) + Penalty(point, gradient);
    }

    /// <summary>Mean cross-entropy without the penalty.</summary>
    public double LossAt(double[] point)
    {
        var losses = new double[Shards];
        Parallel.For(0, Shards, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation },
            shard => losses[shard] = Shard(shard, point, null));
        return losses.Sum() / totalWeight;
    }

    private double Penalty(double[] point, double[] gradient)
    {
        var squares = 0.0;
        for (var k = 0; k < classes; k++)
        {
            var weights = point.AsSpan(k * stride, encoding.Width);
            squares += Vectors.Dot<double>(weights, weights);
            Vectors.AddScaled(gradient.AsSpan(k * stride, encoding.Width), weights, l2);
        }
        return l2 / 2 * squares;
    }

    private double Shard(int shard, double[] point, double[]? gradient)
    {
        var (from, to) = ((int)((long)rows.Length * shard / Shards), (int)((long)rows.Length * (shard + 1) / Shards));
        var block = new LinearBlock(encoding, classes, BlockRows);
        var loss = 0.0;
        for (; from < to; from += BlockRows)
        {
            cancellation.ThrowIfCancellationRequested();
            var some = rows.AsSpan(from, Math.Min(BlockRows, to - from));
            block.Load(table, some);
            block.Logits(point);
            for (var i = 0; i < some.Length; i++)
            {
                var label = table.Labels[some[i]];
                var scores = block.Scores(i);
                var score = scores[label];
                loss += classWeights[label] * (Softmax.Apply(scores) - score); // log Σ e^z - z, exact where e^z / Σ would be 0
                scores[label] -= 1;
                Vectors.Scale(scores, classWeights[label]);
            }
            if (gradient is not null)
                block.AddGradient(gradient, some.Length);
        }
        return loss;
    }
}
