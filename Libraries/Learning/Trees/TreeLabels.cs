using Learning.Data;

namespace Learning.Trees;

/// <summary>What the trees learn of each row: its class and how much it weighs, or its number, less the mean and by the deviation.</summary>
internal abstract class TreeLabels
{
    public virtual bool AreWeighted => false;

    public abstract void Load(ReadOnlySpan<int> rows, Span<float> labels, Span<float> weights);

    public static TreeLabels OfClasses(Table table, double[]? weights = null) => new Classes(table, weights);

    public static TreeLabels OfNumbers(Table table, NumberScale scale) => new Numbers(table, scale);

    private sealed class Classes(Table table, double[]? classWeights) : TreeLabels
    {
        public override bool AreWeighted { get; } = classWeights?.Any(weight => weight != 1) ?? false;

        public override void Load(ReadOnlySpan<int> rows, Span<float> labels, Span<float> weights)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                var label = table.Labels[rows[i]];
                (labels[i], weights[i]) = (label, (float)(classWeights?[label] ?? 1));
            }
        }
    }

    private sealed class Numbers(Table table, NumberScale scale) : TreeLabels
    {
        public override void Load(ReadOnlySpan<int> rows, Span<float> labels, Span<float> weights)
        {
            for (var i = 0; i < rows.Length; i++)
                labels[i] = scale.ToStandard(table.Targets[rows[i]]);
        }
    }
}

/// <summary>
/// Labels to mean 0 and deviation 1 and back: XGBoost sums gradients in float32 and begins at one number for all, so that it would have to climb to labels
/// far from 0 and lose digits on the way. The numbers are float32 as in the exported graph.
/// </summary>
internal readonly record struct NumberScale(float Mean, float Deviation)
{
    public static NumberScale Of(ReadOnlySpan<float> targets, ReadOnlySpan<int> rows)
    {
        var moments = Moments.Of(targets, rows);
        return new NumberScale((float)moments.Mean, moments.Scale > 0 ? 1 / moments.Scale : 1);
    }

    public float ToStandard(float number) => (float)(((double)number - Mean) / Deviation);

    public float FromStandard(float standard) => (standard * Deviation) + Mean;
}
