using System.Numerics.Tensors;
using System.Text.Json;
using ServiceDefaults.Problems;

namespace TrainingService.Evaluations;

/// <summary>What a <c>model.json</c> says of the rows or images that a version takes, and of its answers. InferenceService reads it whole.</summary>
internal sealed record ServedManifest(string Task, IReadOnlyList<string>? Labels, IReadOnlyList<ServedColumn>? Columns, ServedOutput? Output)
{
    /// <exception cref="ProblemException">422: it is for something else, or can't be read.</exception>
    public static ServedManifest Read(JsonElement manifest)
    {
        ServedManifest read;
        try
        {
            read = manifest.Deserialize<ServedManifest>(LearningModel.Json)!;
        }
        catch (JsonException e)
        {
            throw ProblemException.Unusable("version", $"Its model.json can't be read: {e.Message}");
        }
        RequireNamed(read);
        return read is { Task: "image-classification" or "tabular-classification", Labels.Count: >= 2, Output: not null } or { Task: "tabular-regression", Output: not null } ? read
            : throw ProblemException.Unusable("version", $"It is for {read?.Task}; image-classification and tabular-classification, with labels and an output, and tabular-regression, with an output, can be evaluated.");
    }

    private static void RequireNamed(ServedManifest? manifest)
    {
        if (manifest?.Labels?.Contains(null!) == true)
            throw ProblemException.Unusable("version", "Its model.json has a label that is null.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, column) in (manifest?.Columns ?? []).Index())
        {
            if (column is not { Name.Length: > 0, Type.Length: > 0 })
                throw ProblemException.Unusable("version", $"Its model.json has a column without 'name' or 'type': columns[{i}].");
            if (!names.Add(column.Name))
                throw ProblemException.Unusable("version", $"Its model.json has the column '{column.Name}' twice.");
            if (column.Values is { } values && (values.Contains(null!) || values.Distinct(StringComparer.Ordinal).Count() < values.Count))
                throw ProblemException.Unusable("version", $"Its model.json has a value of the column '{column.Name}' twice, or one that is null.");
        }
    }

    /// <summary>Answers of the graph to probabilities by <see cref="Labels"/>, as InferenceService makes them.</summary>
    /// <param name="width">Numbers per answer.</param>
    /// <exception cref="ProblemException">422: the answers are none of a classification by these labels.</exception>
    public void ToProbabilities(ReadOnlySpan<float> answer, int width, Span<float> probabilities)
    {
        if (width == 1 && Labels!.Count == 2 && Output!.Activation == "sigmoid")
            (probabilities[0], probabilities[1]) = (1 - Sigmoid(answer[0]), Sigmoid(answer[0]));
        else if (width != Labels!.Count)
            throw ProblemException.Unusable("version", $"It gives {width} numbers per item and has {Labels.Count} labels.");
        else if (Output!.Activation == "softmax")
            TensorPrimitives.SoftMax(answer, probabilities);
        else if (Output.Activation == "sigmoid")
            TensorPrimitives.Sigmoid(answer, probabilities);
        else
            answer.CopyTo(probabilities);
        foreach (var probability in probabilities)
        {
            if (!(probability is >= 0 and <= 1.0001f))
                throw ProblemException.Unusable("version", $"It answers with {probability}, which is no probability. Does its model.json leave out 'output.activation'?");
        }
    }

    /// <summary>An answer of the graph to the score that InferenceService makes of it.</summary>
    /// <exception cref="ProblemException">422: it is more than one number, or none.</exception>
    public float ToNumber(ReadOnlySpan<float> answer)
    {
        if (answer.Length != 1)
            throw ProblemException.Unusable("version", $"It gives {answer.Length} numbers per item; a {Task} gives one.");
        var score = Output!.Activation == "sigmoid" ? Sigmoid(answer[0]) : answer[0];
        return float.IsFinite(score) ? score : throw ProblemException.Unusable("version", $"It answers with {score}, which is no finite number.");
    }

    private static float Sigmoid(float x) => 1 / (1 + MathF.Exp(-x));
}

/// <param name="Type"><c>number</c>, <c>category</c> or <c>boolean</c>.</param>
internal sealed record ServedColumn(string Name, string Type, IReadOnlyList<string>? Values = null);

/// <param name="Activation"><c>softmax</c>, <c>sigmoid</c>, or none where the graph gives probabilities.</param>
internal sealed record ServedOutput(string? Name, string? Activation = null);
