using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace InferenceService.Execution;

/// <summary>The section <c>Models:Execution</c>: how models are run. What is not set is measured when a model loads.</summary>
public sealed class ExecutionOptions
{
    public ProviderChoice Provider { get; init; } = ProviderChoice.Auto;

    [ValidateObjectMembers]
    public CudaOptions Cuda { get; init; } = new();

    /// <summary>Runs of one model at the same time. Absent: measured.</summary>
    [Range(1, 256)]
    public int? Slots { get; init; }

    /// <summary>Threads of a model that its runs share, the running ones included. Absent: measured.</summary>
    [Range(1, 256)]
    public int? IntraOpThreads { get; init; }

    /// <summary>Items per run; a package's own limit still holds. Absent: measured.</summary>
    [Range(1, 4096)]
    public int? MaxBatchSize { get; init; }

    /// <summary>False: nothing is measured; what is not set is one slot, all processors and the package's batch limit.</summary>
    public bool Tune { get; init; } = true;

    /// <summary>How long measuring one model may take. The answer is kept in the model cache.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan TuneBudget { get; init; } = TimeSpan.FromSeconds(1.5);
}

/// <summary>Where models run. <see cref="Auto"/>: on a CUDA device where there is one and its libraries load, else on the CPU.</summary>
public enum ProviderChoice { Auto, Cpu, Cuda }

/// <summary>The section <c>Models:Execution:Cuda</c>.</summary>
public sealed class CudaOptions
{
    [Range(0, 63)]
    public int DeviceId { get; init; }

    /// <summary>What the arena of one model may take of the device's memory. Absent: all of it.</summary>
    [Range(1L << 20, long.MaxValue)]
    public long? MemoryLimitBytes { get; init; }

    /// <summary>Rounds float32 products to 10 bits of mantissa: faster, and further from the CPU's answers.</summary>
    public bool AllowTf32 { get; init; }

    public ConvolutionSearch ConvolutionSearch { get; init; } = ConvolutionSearch.Exhaustive;

    /// <summary>In the provider's own words.</summary>
    internal Dictionary<string, string> ToProviderOptions()
    {
        var options = new Dictionary<string, string>
        {
            ["device_id"] = $"{DeviceId}",
            ["use_tf32"] = AllowTf32 ? "1" : "0",
            ["cudnn_conv_algo_search"] = ConvolutionSearch.ToString().ToUpperInvariant(),
            ["arena_extend_strategy"] = "kSameAsRequested", // several models share a device: take what is needed, not the next power of two
        };
        if (MemoryLimitBytes is { } limit)
            options["gpu_mem_limit"] = $"{limit}";
        return options;
    }
}

/// <summary>How cuDNN chooses a convolution: by trying all at the first run of a shape, by a rule, or its default one.</summary>
public enum ConvolutionSearch { Exhaustive, Heuristic, Default }
