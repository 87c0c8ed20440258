using InferenceService.Execution;

namespace InferenceService.OpenInference.Requests;

/// <summary>An inference request, checked against the model it is for.</summary>
/// <param name="Id">The caller's own, to be given back.</param>
/// <param name="Inputs">In the model's order.</param>
/// <param name="Batch">Items in it: the size of the first axis, or 1 for a model without a batch axis.</param>
internal sealed record InferRequest(string? Id, IReadOnlyList<InputTensor> Inputs, IReadOnlyList<RequestedOutput> Outputs, int Batch);

/// <summary>One input with the data of every item.</summary>
/// <param name="Shape">As sent, with the batch axis.</param>
/// <param name="Data">Little-endian, row by row; of the body, or of <paramref name="Rented"/>.</param>
/// <param name="Rented">The buffer that was filled from JSON; null for binary data, which stay where they came.</param>
internal sealed record InputTensor(TensorSpec Spec, int[] Shape, ReadOnlyMemory<byte> Data, byte[]? Rented);

/// <param name="Index">Of the model's output.</param>
/// <param name="Binary">After the JSON instead of in it.</param>
/// <param name="Classes">Null: the tensor itself; else how many of its highest values, as strings.</param>
internal sealed record RequestedOutput(int Index, bool Binary, int? Classes = null);
