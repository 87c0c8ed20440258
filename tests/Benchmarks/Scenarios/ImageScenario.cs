using Benchmarks.Subjects;

namespace Benchmarks.Scenarios;

/// <summary>MobileNetV2 on JPEGs of three sizes: raw, direct, and through the gateway, in closed and open loops.</summary>
internal static class ImageScenario
{
    private static readonly int[] InFlight = [1, 8, 64];

    public static async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        foreach (var size in Photos.All)
        {
            var photos = await bench.PhotosAsync(size, cancellation);
            foreach (var inFlight in InFlight)
            {
                // Beside the run that it is compared with: what disturbs one should disturb the other.
                if (inFlight == 64)
                    await bench.MeasureRawAsync("images", photos, cancellation);
                if (size == Photos.Medium || inFlight == 64)
                    await bench.MeasureAsync("images", bench.Direct, photos, inFlight, cancellation);
                var closed = await bench.MeasureAsync("images", bench.Gateway, photos, inFlight, cancellation);
                if (size == Photos.Medium)
                    await bench.MeasureAsync("images", bench.Gateway, photos, inFlight, cancellation, perSecond: closed.PerSecond / 2);
            }
        }
        await NoOpAsync(bench, cancellation);
    }

    /// <summary>At the size that is measured in full: the same load where nothing is predicted, and the same rate where nothing is served.</summary>
    private static async Task NoOpAsync(Bench bench, CancellationToken cancellation)
    {
        var photos = await bench.PhotosAsync(Photos.Medium, cancellation);
        var noOp = await bench.NoOpAsync(cancellation);
        foreach (var inFlight in InFlight)
            await bench.MeasureAsync("images", noOp, photos, inFlight, cancellation);
        var half = bench.Results.Open(bench.Gateway.Name, photos.Name, 64)!.OfferedPerSecond!.Value;
        await bench.MeasureRawAtRateAsync("images", photos, half, cancellation);
        await bench.MeasureAsync("images", noOp, photos, 64, cancellation, perSecond: half);
    }
}
