using System.Text.Json;
using System.Text.Json.Serialization;
using Onnx;

namespace InferenceService.Admission;

/// <summary>How a trial run ended: the one line that the process of the trial prints.</summary>
/// <param name="Reason">Why the model is refused; null when it is admitted.</param>
/// <param name="MayPass">It took too long or was killed, which a busy machine may have been to blame for.</param>
public sealed record Trial(string? Reason, ModelFacts? Facts = null, int BatchSize = 0, double LoadMs = 0, double BatchMs = 0, bool MayPass = false)
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };
}

/// <summary>What the service tells the process of the trial.</summary>
public sealed record TrialSettings(AdmissionOptions Limits, int IntraOpThreads);
