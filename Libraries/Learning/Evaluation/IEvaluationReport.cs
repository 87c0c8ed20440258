using System.Text.Json;
using System.Text.Json.Serialization;

namespace Learning.Evaluation;

/// <summary>
/// How good predictions are, against the labels: an <see cref="EvaluationReport"/> of classes or a <see cref="RegressionReport"/> of numbers.
/// In JSON each is its own fields and nothing besides, by which they are told apart.
/// </summary>
[JsonConverter(typeof(EvaluationReportConverter))]
public interface IEvaluationReport
{
    int Rows { get; }
}

internal sealed class EvaluationReportConverter : JsonConverter<IEvaluationReport>
{
    private const string OfNumbers = nameof(RegressionReport.MeanAbsoluteError);

    public override IEvaluationReport? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        return json.RootElement.TryGetProperty(options.PropertyNamingPolicy?.ConvertName(OfNumbers) ?? OfNumbers, out _)
            ? json.RootElement.Deserialize<RegressionReport>(options)
            : json.RootElement.Deserialize<EvaluationReport>(options);
    }

    public override void Write(Utf8JsonWriter writer, IEvaluationReport value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value, value.GetType(), options);
}
