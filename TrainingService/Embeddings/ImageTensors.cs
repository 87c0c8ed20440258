using System.Text.Json;
using Imaging;
using TrainingService.Datasets.Posting;
using TrainingService.Runs;

namespace TrainingService.Embeddings;

/// <summary>Images of data sets as a model takes them: fetched, decoded, prepared as InferenceService would.</summary>
internal sealed class ImageTensors(ImageStore store, ImagePreparation preparation)
{
    /// <summary>Shape of one image's tensor, without the batch axis.</summary>
    /// <param name="manifest">The model's <c>model.json</c>.</param>
    /// <exception cref="RunFailedException">The model takes no images.</exception>
    public int[] ShapeOf(JsonElement manifest) => InputOf(manifest).Shape;

    /// <param name="owner">Of the data set.</param>
    /// <param name="manifest">Of the model that is to take it.</param>
    /// <returns>As many numbers as the shape has.</returns>
    /// <exception cref="RunFailedException">It is not there any more, or can't be decoded; or the model takes no images.</exception>
    /// <exception cref="ServiceDefaults.Problems.ProblemException">503: StorageService does not answer.</exception>
    public async Task<float[]> ReadAsync(string owner, byte[] sha256, JsonElement manifest, CancellationToken cancellation)
    {
        float[]? tensor = null;
        var there = await TryReadAsync(owner, sha256, manifest, [null], read =>
        {
            tensor = read;
            return Task.CompletedTask;
        }, cancellation);
        return there ? tensor! : throw Gone(sha256);
    }

    /// <summary>The same of the image and of changed copies; false when it is not there any more.</summary>
    /// <param name="changes">Null: the image as it is.</param>
    /// <param name="take">Gets each tensor in its turn.</param>
    public async Task<bool> TryReadAsync(string owner, byte[] sha256, JsonElement manifest, IReadOnlyList<PictureChange?> changes, Func<float[], Task> take, CancellationToken cancellation)
    {
        var input = InputOf(manifest);
        if (await store.GetAsync(owner, sha256, cancellation) is not { } file)
            return false;
        try
        {
            await preparation.PrepareAsync(file, input, changes, take, cancellation);
            return true;
        }
        catch (ImageRejectedException e)
        {
            throw new RunFailedException(new RunError("bad-data", "image", $"The image with the SHA-256 {Convert.ToHexStringLower(sha256)} can't be decoded: {e.Message} Remove its label."), e);
        }
    }

    public static RunFailedException Gone(byte[] sha256) =>
        new(new RunError("bad-data", "image", $"The image with the SHA-256 {Convert.ToHexStringLower(sha256)} is not in StorageService any more. Remove its label."));

    private PreparedInput InputOf(JsonElement manifest)
    {
        try
        {
            return preparation.For(manifest);
        }
        catch (InvalidDataException e)
        {
            throw new RunFailedException(new RunError("bad-model", "model", $"The model takes no images: {e.Message}"), e);
        }
    }
}
