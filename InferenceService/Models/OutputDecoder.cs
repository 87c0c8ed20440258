using System.Buffers;
using System.Numerics.Tensors;
using InferenceSuite.Contracts;

namespace InferenceService.Models;

/// <summary>From one row of the output tensor to labels with confidence, or to a score.</summary>
public static class OutputDecoder
{
    /// <exception cref="InvalidDataException">The output's length does not go with the labels.</exception>
    public static void Check(ModelManifest manifest, int outputLength)
    {
        var expected = manifest.Task == ModelTask.TabularRegression ? 1 : manifest.Labels.Count;
        var binary = manifest.Output.Activation == Activation.Sigmoid && manifest.Labels.Count == 2 && outputLength == 1;
        if (outputLength != expected && !binary)
            throw new InvalidDataException($"The model gives {outputLength} values per item; model.json makes it {expected}.");
    }

    /// <summary>The <paramref name="top"/> best labels, best first; equal ones keep the manifest's order.</summary>
    public static LabelScore[] Classify(ModelManifest manifest, ReadOnlySpan<float> output, int top)
    {
        var rented = ArrayPool<float>.Shared.Rent(manifest.Labels.Count);
        try
        {
            var confidences = rented.AsSpan(0, manifest.Labels.Count);
            if (output.Length == 1 && confidences.Length == 2) // a single sigmoid says how likely the second label is
                (confidences[0], confidences[1]) = (1 - Sigmoid(output[0]), Sigmoid(output[0]));
            else
                Activate(manifest.Output.Activation, output, confidences);
            return Best(manifest.Labels, confidences, Math.Min(top, confidences.Length));
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    // Of a thousand labels five are looked at: one pass that keeps the best so far sorted, instead of sorting them all.
    private static LabelScore[] Best(IReadOnlyList<string> labels, ReadOnlySpan<float> confidences, int top)
    {
        var best = ArrayPool<int>.Shared.Rent(top);
        var kept = 0;
        for (var i = 0; i < confidences.Length; i++)
        {
            if (kept == top && confidences[i] <= confidences[best[kept - 1]])
                continue;
            var place = kept < top ? kept++ : kept - 1;
            for (; place > 0 && confidences[best[place - 1]] < confidences[i]; place--)
                best[place] = best[place - 1];
            best[place] = i;
        }
        var scores = new LabelScore[kept];
        for (var i = 0; i < kept; i++)
            scores[i] = new LabelScore(labels[best[i]], confidences[best[i]]);
        ArrayPool<int>.Shared.Return(best);
        return scores;
    }

    public static double Score(ModelManifest manifest, ReadOnlySpan<float> output) =>
        manifest.Output.Activation == Activation.Sigmoid ? Sigmoid(output[0]) : output[0];

    private static void Activate(Activation activation, ReadOnlySpan<float> output, Span<float> confidences)
    {
        switch (activation)
        {
            case Activation.Softmax:
                // Shifted by the maximum so that exp stays finite.
                TensorPrimitives.Subtract(output, TensorPrimitives.Max(output), confidences);
                TensorPrimitives.SoftMax(confidences, confidences);
                break;
            case Activation.Sigmoid:
                TensorPrimitives.Sigmoid(output, confidences);
                break;
            default:
                output.CopyTo(confidences);
                break;
        }
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));
}
