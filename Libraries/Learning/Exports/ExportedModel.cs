using Learning.Data;
using Microsoft.ML.OnnxRuntime;

namespace Learning.Exports;

/// <summary>An exported model in ONNX Runtime, asked as serving asks it: raw rows in, probabilities out.</summary>
public sealed class ExportedModel : IDisposable
{
    private readonly InferenceSession session;
    private readonly RunOptions options = new();

    public ExportedModel(byte[] model, int threads = 1)
        : this(settings => new InferenceSession(model, settings), threads)
    {
    }

    /// <param name="path">Of the model's file.</param>
    public ExportedModel(string path, int threads = 1)
        : this(settings => new InferenceSession(path, settings), threads)
    {
    }

    private ExportedModel(Func<SessionOptions, InferenceSession> open, int threads)
    {
        using var settings = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        session = open(settings);
        (Input, Output) = (session.InputMetadata.Keys.First(), session.OutputMetadata.Keys.First());
    }

    /// <summary>The first, by name.</summary>
    public string Input { get; }

    /// <inheritdoc cref="Input"/>
    public string Output { get; }

    /// <summary>The first output, <c>[rows,classes]</c> for a classifier.</summary>
    public float[] Predict(Table table, ReadOnlySpan<int> rows)
    {
        const int cellsAtOnce = 1 << 18;
        var width = table.Schema.Columns.Count;
        var atOnce = Math.Max(1, cellsAtOnce / width);
        List<float> answers = [];
        for (var from = 0; from < rows.Length; from += atOnce)
        {
            var some = rows.Slice(from, Math.Min(atOnce, rows.Length - from));
            var cells = new float[some.Length * width];
            table.CopyRows(some, cells);
            answers.AddRange(Run(cells, some.Length, width));
        }
        return [.. answers];
    }

    /// <param name="sides">Of the input.</param>
    public float[] Run(float[] cells, params long[] sides)
    {
        using var tensor = OrtValue.CreateTensorValueFromMemory(cells, sides);
        using var outputs = session.Run(options, [Input], [tensor], [Output]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        options.Dispose();
        session.Dispose();
    }
}
