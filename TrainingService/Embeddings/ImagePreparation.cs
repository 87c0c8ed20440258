using System.Collections.Concurrent;
using System.Text.Json;
using Imaging;
using Microsoft.Extensions.Options;
using TrainingService.Datasets;

namespace TrainingService.Embeddings;

/// <summary>From image files to the input of a model, as InferenceService does it for the same manifest. No more at once than there are turns.</summary>
internal sealed class ImagePreparation(IOptions<EmbeddingOptions> options, IOptions<DatasetOptions> datasets) : IDisposable
{
    private const int MaxKnown = 64;
    private readonly ImageDecoder decoder = new(new ImageLimits { MaxFileBytes = datasets.Value.MaxImageBytes });
    private readonly SemaphoreSlim turns = new(options.Value.ConcurrentImages);
    private readonly ConcurrentDictionary<string, PreparedInput> known = new();

    /// <summary>How a model takes images.</summary>
    /// <param name="manifest">The model's <c>model.json</c>.</param>
    /// <exception cref="InvalidDataException">It takes no images, or says something of them that nobody understands.</exception>
    public PreparedInput For(JsonElement manifest)
    {
        if (!manifest.TryGetProperty("input", out var input) || input.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("model.json has no 'input'.");
        if (known.Count > MaxKnown)
            known.Clear();
        return known.GetOrAdd(input.GetRawText(), text => PreparedInput.Read(text));
    }

    /// <summary>The image as it is, and then its copies: [C, H, W] float32 or as the model has it, one at a time.</summary>
    /// <param name="changes">Null: the image as it is.</param>
    /// <param name="take">Gets each tensor, of <see cref="PreparedInput.Length"/> numbers.</param>
    /// <exception cref="ImageRejectedException">It can't be decoded.</exception>
    public async Task PrepareAsync(ReadOnlyMemory<byte> file, PreparedInput input, IEnumerable<PictureChange?> changes, Func<float[], Task> take, CancellationToken cancellation)
    {
        DecodedImage? picture = null;
        try
        {
            foreach (var change in changes)
                await take(await InTurnAsync(() => change is null ? Original(file, input, cancellation) : Changed(picture ??= decoder.Decode(file, cancellation, input.Alpha), input, change), cancellation));
        }
        finally
        {
            picture?.Dispose();
        }
    }

    public void Dispose() => turns.Dispose();

    private float[] Original(ReadOnlyMemory<byte> file, PreparedInput input, CancellationToken cancellation)
    {
        var tensor = new float[input.Length];
        decoder.Prepare(file, input.Preprocessor, tensor, cancellation);
        return tensor;
    }

    private static float[] Changed(DecodedImage picture, PreparedInput input, PictureChange change)
    {
        var tensor = new float[input.Length];
        using var changed = change.Apply(picture, input.Enough);
        input.Preprocessor.Write(changed, tensor);
        return tensor;
    }

    private async Task<float[]> InTurnAsync(Func<float[]> prepare, CancellationToken cancellation)
    {
        await turns.WaitAsync(cancellation);
        try
        {
            return prepare();
        }
        finally
        {
            turns.Release();
        }
    }
}

/// <summary>How one model takes images.</summary>
internal sealed record PreparedInput(ImagePreprocessor Preprocessor, AlphaMode Alpha, int Enough)
{
    /// <summary>Of one image.</summary>
    public int[] Shape => Preprocessor.Shape;

    public int Length => Preprocessor.Length;

    public static PreparedInput Read(string json)
    {
        try
        {
            var spec = JsonSerializer.Deserialize<InputSpec>(json, JsonSerializerOptions.Web)!;
            var input = ImageInputs.From(spec);
            return new PreparedInput(new ImagePreprocessor(input), input.Alpha, 2 * Math.Max(input.Width, input.Height));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"model.json: input: {e.Message}", e);
        }
    }
}
