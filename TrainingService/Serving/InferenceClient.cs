namespace TrainingService.Serving;

/// <summary>The suite's own inference, asked as a service: tensors in, tensors out, over the Open Inference Protocol's binary form. Nothing of it is recorded.</summary>
internal sealed class InferenceClient(HttpClient http)
{
    /// <summary>One batch, of any size: it is sent in parts that the model takes at once, each with a deadline, again while the service is full or away, but not for ever.</summary>
    /// <param name="output">Null: the first.</param>
    /// <param name="cells">[count, shape...] float32.</param>
    /// <param name="shape">Of one item.</param>
    /// <returns>[count, width] float32.</returns>
    /// <exception cref="HttpRequestException">InferenceService does not answer, for minutes.</exception>
    /// <exception cref="ServiceDefaults.Problems.ProblemException">It refuses: says why.</exception>
    public Task<float[]> InferAsync(string model, string version, string? output, ReadOnlyMemory<float> cells, int count, IReadOnlyList<int> shape, CancellationToken cancellation) =>
        throw new NotImplementedException($"{http} {model} {version} {output} {cells.Length} {count} {shape} {cancellation}");
}
