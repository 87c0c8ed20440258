using System.Text;
using InferenceService.Execution;
using InferenceService.OpenInference;
using InferenceService.OpenInference.Requests;
using InferenceService.Predictions;
using Microsoft.Extensions.Options;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Unit.InferenceService.OpenInference;

/// <summary>Requests read as the service reads them, for models that exist only as their contract.</summary>
internal sealed class Requests(TensorContract model, long budgetBytes = 1 << 20) : IDisposable
{
    private readonly RequestMemory memory = new(new UploadBudget(Options.Create(new PredictionOptions { MaxUploadBytesInFlight = budgetBytes })));

    /// <summary>One input <c>x</c> and one output <c>y</c>, both of a type, with a batch axis.</summary>
    public static TensorContract Model(TensorElementType type, params int[] itemShape) =>
        new("m", [new TensorSpec("x", type, itemShape)], [new TensorSpec("y", type, itemShape)], HasBatchAxis: true);

    public InferRequest Read(string json, params byte[][] binary)
    {
        var head = Encoding.UTF8.GetBytes(json);
        return Read([.. head, .. binary.SelectMany(tensor => tensor)], binary.Length > 0 ? head.Length : null);
    }

    public InferRequest Read(byte[] body, int? jsonLength) => new InferRequestReader(model, memory, maxBatch: 64).Read(body, jsonLength);

    public void Dispose() => memory.Dispose();
}
