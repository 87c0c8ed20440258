using System.Text.Json;
using InferenceService.Execution;
using InferenceService.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TestSupport;

namespace Unit.InferenceService.Execution;

/// <summary>Models loaded as the service loads them, without measuring unless a test asks for it.</summary>
internal static class TestModels
{
    public static OnnxModelFactory Factory(ExecutionOptions? execution = null, string cachePath = "", ILogger<OnnxModelFactory>? logger = null) => new(
        Options.Create(new ModelOptions { CachePath = cachePath, Execution = execution ?? new ExecutionOptions { Tune = false } }),
        logger ?? NullLogger<OnnxModelFactory>.Instance);

    /// <summary>A model that ships: its manifest and its file.</summary>
    public static (ModelManifest Manifest, string File) Shipped(string name)
    {
        var package = Repository.Path("models", name, "1");
        return (ModelManifest.Parse(JsonDocument.Parse(File.ReadAllText(Path.Combine(package, "model.json"))).RootElement), Path.Combine(package, "model.onnx"));
    }

    /// <summary>A manifest that leaves all to the graph.</summary>
    public static ModelManifest Tensors(int maxBatchSize = 16, string output = "") => new()
    {
        Name = "tensors",
        Version = "1",
        Task = ModelTask.Tensor,
        Output = new OutputSpec(output),
        Batching = new BatchingSpec(maxBatchSize),
        Sha256 = new string('0', 64),
    };
}
