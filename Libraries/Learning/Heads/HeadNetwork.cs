namespace Learning.Heads;

/// <summary>
/// Embedding → [hidden, ReLU →] logits. All weights stand in one array: the hidden layer's <c>[hidden,width]</c> and biases, then
/// the output's <c>[classes,inputs]</c> and biases.
/// </summary>
internal sealed class HeadNetwork
{
    private readonly int width, hidden, classes;
    private readonly float[] activations, slopes;
    private readonly double[] scores;

    public HeadNetwork(int width, int hidden, int classes, ref RandomNumbers random)
    {
        (this.width, this.hidden, this.classes) = (width, hidden, classes);
        (activations, slopes, scores) = (new float[hidden], new float[hidden], new double[classes]);
        Weights = new float[(hidden * (width + 1)) + (classes * (Inputs + 1))];
        // He et al. 2015 before a ReLU. The output starts at zero: all classes alike.
        for (var i = 0; i < hidden * width; i++)
            Weights[i] = (float)(random.NextNormal() * Math.Sqrt(2.0 / width));
    }

    public float[] Weights { get; }

    public bool HasHidden => hidden > 0;

    public ReadOnlySpan<float> HiddenWeights => Weights.AsSpan(0, hidden * width);
    public ReadOnlySpan<float> HiddenBias => Weights.AsSpan(hidden * width, hidden);
    public ReadOnlySpan<float> OutputWeights => Weights.AsSpan(OutputStart, classes * Inputs);
    public ReadOnlySpan<float> OutputBias => Weights.AsSpan(OutputStart + (classes * Inputs), classes);

    /// <summary>Of the output layer.</summary>
    public int Inputs => hidden > 0 ? hidden : width;

    private int OutputStart => hidden * (width + 1);

    public bool IsBias(int weight) => weight >= OutputStart + (classes * Inputs) || (weight >= hidden * width && weight < OutputStart);

    /// <summary>Probabilities of a row; hold until the next call.</summary>
    public ReadOnlySpan<double> Predict(ReadOnlySpan<float> row)
    {
        Forward(row);
        Softmax.Apply(scores);
        return scores;
    }

    /// <summary>Weighted cross-entropy of one row, whose gradient is added.</summary>
    public double AddGradient(HeadRows rows, int index, Span<float> gradient)
    {
        var row = rows[index];
        var (label, weight) = (rows.LabelOf(index), rows.WeightOf(index));
        var inputs = Forward(row);
        var score = scores[label];
        var loss = Softmax.Apply(scores) - score;
        scores[label] -= 1;
        Array.Clear(slopes);
        for (var k = 0; k < classes; k++)
        {
            var slope = (float)(scores[k] * weight);
            Vectors.AddScaled(gradient.Slice(OutputStart + (k * Inputs), Inputs), inputs, slope);
            gradient[OutputStart + (classes * Inputs) + k] += slope;
            if (HasHidden)
                Vectors.AddScaled(slopes, OutputWeights.Slice(k * Inputs, Inputs), slope);
        }
        for (var unit = 0; unit < hidden; unit++)
        {
            if (activations[unit] <= 0)
                continue;
            Vectors.AddScaled(gradient.Slice(unit * width, width), row, slopes[unit]);
            gradient[(hidden * width) + unit] += slopes[unit];
        }
        return weight * loss;
    }

    public double Loss(HeadRows rows, CancellationToken cancellation)
    {
        var (loss, weight) = (0.0, 0.0);
        for (var row = 0; row < rows.Count; row++)
        {
            if (row % 1024 == 0)
                cancellation.ThrowIfCancellationRequested();
            Forward(rows[row]);
            var score = scores[rows.LabelOf(row)];
            loss += rows.WeightOf(row) * (Softmax.Apply(scores) - score);
            weight += rows.WeightOf(row);
        }
        return loss / weight;
    }

    // Leaves the logits in scores; answers what the output layer took.
    private ReadOnlySpan<float> Forward(ReadOnlySpan<float> row)
    {
        for (var unit = 0; unit < hidden; unit++)
            activations[unit] = Math.Max(0, Vectors.Dot(HiddenWeights.Slice(unit * width, width), row) + HiddenBias[unit]);
        var inputs = HasHidden ? activations : row;
        for (var k = 0; k < classes; k++)
            scores[k] = Vectors.Dot(OutputWeights.Slice(k * Inputs, Inputs), inputs) + OutputBias[k];
        return inputs;
    }
}
