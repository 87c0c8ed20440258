using System.ComponentModel.DataAnnotations;
using Onnx;

namespace InferenceService.Admission;

/// <summary>The section <c>Models:Admission</c>: what a model may be, and what its trial run may cost.</summary>
public sealed record AdmissionOptions : ModelLimits
{
    /// <summary>For loading the model, one run with a single item and one with a full batch; generous, as requests go first.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For the process of the trial run, which without a model takes about 100 MiB.</summary>
    [Range(256L << 20, 1L << 40)]
    public long MemoryLimitBytes { get; init; } = 2L << 30;
}
