using System.Runtime.InteropServices;
using TrainingService.Embeddings;

namespace TrainingService.Runs.Training;

/// <summary>
/// Some of the images that are judged by, in a file for the process that trains: of each the index of its row (int32) and its tensor (float32), all little endian.
/// On these it runs the whole model, backbone and all, as it is going to serve.
/// </summary>
internal sealed class ImageSamples(ImageTensors tensors)
{
    public IReadOnlyList<int> ShapeOf(Backbone backbone) => tensors.ShapeOf(backbone.Manifest);

    /// <returns>How many; those that are gone are left out.</returns>
    public async Task<int> WriteAsync(string path, IReadOnlyList<SampledImage> images, string owner, Backbone backbone, CancellationToken cancellation)
    {
        await using var file = File.Create(path);
        var written = 0;
        foreach (var (row, sha256) in images)
        {
            var there = await tensors.TryReadAsync(owner, sha256, backbone.Manifest, [null], tensor =>
            {
                Write(file, row, tensor);
                return Task.CompletedTask;
            }, cancellation);
            written += there ? 1 : 0;
        }
        return written;
    }

    public static void Write(Stream file, int row, ReadOnlySpan<float> tensor)
    {
        file.Write(MemoryMarshal.AsBytes([row]));
        file.Write(MemoryMarshal.AsBytes(tensor)); // every platform of .NET is little endian
    }

    /// <summary>One in memory at a time.</summary>
    /// <exception cref="EndOfStreamException">The file ends within an image.</exception>
    public static IEnumerable<(int Row, float[] Tensor)> Read(string path, int length)
    {
        using var file = File.OpenRead(path);
        while (file.Position < file.Length)
        {
            var (row, tensor) = (new int[1], new float[length]);
            file.ReadExactly(MemoryMarshal.AsBytes(row.AsSpan()));
            file.ReadExactly(MemoryMarshal.AsBytes(tensor.AsSpan()));
            yield return (row[0], tensor);
        }
    }
}
