using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace TrainingService.Serving;

/// <summary>The suite's own inference, asked as a service: tensors in, tensors out, over the Open Inference Protocol's binary form. Nothing of it is recorded.</summary>
internal sealed class InferenceClient(InferenceReplicas replicas, IOptions<ServingOptions> options)
{
    /// <summary>What the version takes and gives. One that is not in memory is loaded, live or not.</summary>
    /// <exception cref="HttpRequestException">InferenceService does not answer, for minutes.</exception>
    /// <exception cref="ProblemException">404: there is no such version. 409: it can't be loaded. 503: no replica has room, for minutes.</exception>
    public async Task<ServedVersion> DescribeAsync(string model, string version, CancellationToken cancellation)
    {
        using var answer = await replicas.SendAsync(HttpMethod.Get, $"{PathOf(model, version)}/config", content: null, cancellation);
        return (await answer.Content.ReadFromJsonAsync<ServedVersion>(cancellation))!;
    }

    /// <summary>One batch, of any size: it is sent in parts that the model takes at once, each with a deadline, again while the service is full or away, but not for ever.</summary>
    /// <param name="output">Null: the first.</param>
    /// <param name="cells">[count, shape...] float32.</param>
    /// <param name="shape">Of one item.</param>
    /// <returns>[count, width] float32.</returns>
    /// <exception cref="HttpRequestException">InferenceService does not answer, for minutes.</exception>
    /// <exception cref="ProblemException">It refuses: says why.</exception>
    public async Task<float[]> InferAsync(string model, string version, string? output, ReadOnlyMemory<float> cells, int count, IReadOnlyList<int> shape, CancellationToken cancellation)
    {
        var length = shape.Aggregate(1, (product, side) => checked(product * side));
        if (cells.Length != (long)count * length)
            throw new ArgumentException($"{count} items of [{string.Join(", ", shape)}] have {(long)count * length} numbers; there are {cells.Length}.", nameof(cells));
        if (count == 0)
            return [];
        var served = await DescribeAsync(model, version, cancellation);
        var (input, wanted) = (SingleInput(model, served), FloatOutput(model, served, output));
        var size = Math.Clamp(options.Value.MaxPartBytes / Math.Max(1, length * sizeof(float)), 1, Math.Max(1, served.MaxBatchSize));
        float[] all = [];
        for (var done = 0; done < count; done += size)
        {
            var items = Math.Min(size, count - done);
            var part = cells.Slice(done * length, items * length);
            var answer = await InferPartAsync(PathOf(model, version), () => TensorMessage.Write(input, served.HasBatchAxis ? [items, .. shape] : shape, part.Span, wanted), items, cancellation);
            if (done == 0)
                all = new float[checked(answer.Length / items * count)];
            answer.CopyTo(all, all.Length / count * done);
        }
        return all;
    }

    private async Task<float[]> InferPartAsync(string path, Func<HttpContent> content, int items, CancellationToken cancellation)
    {
        using var answer = await replicas.SendAsync(HttpMethod.Post, $"{path}/infer", content, cancellation);
        return await TensorMessage.ReadAsync(answer, items, cancellation);
    }

    private static string SingleInput(string model, ServedVersion served) => served.Input is [{ IsFloat: true } input] ? input.Name
        : throw ProblemException.Unusable("model", $"'{model}' takes {string.Join(", ", served.Input.Select(input => $"{input.Name} ({input.DataType})"))}; one input of float32 is needed.");

    private static string FloatOutput(string model, ServedVersion served, string? name)
    {
        var output = name is null ? served.Output[0] : served.FindOutput(name);
        return output is { IsFloat: true } ? output.Name
            : throw ProblemException.Unusable("output", $"'{model}' has no output '{name ?? output!.Name}' of float32; it gives {string.Join(", ", served.Output.Select(given => $"{given.Name} ({given.DataType})"))}.");
    }

    private static string PathOf(string model, string version) => $"/v2/models/{Uri.EscapeDataString(model)}/versions/{Uri.EscapeDataString(version)}";
}
