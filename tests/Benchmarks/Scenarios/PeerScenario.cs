using System.Diagnostics;
using Benchmarks.Report;
using Benchmarks.Subjects;

namespace Benchmarks.Scenarios;

/// <summary>Other servers on the same photos in the same minute: theirs are bare, ours is authenticated, recorded and stored.</summary>
internal static class PeerScenario
{
    private const string Node = "node", FastApi = "fastapi";

    public static async Task RunAsync(Bench bench, CancellationToken cancellation)
    {
        var folder = bench.Options.Peers ?? throw new ArgumentException("The scenario peers needs --peers.");
        if (!Directory.Exists(folder))
        {
            bench.Results.Add(new Finding("peers", $"not measured: there is no folder {folder}", 0));
            return;
        }
        await NodeAsync(bench, folder, cancellation);
        if (await IsInstalledAsync("python3-fastapi", "python3-torch"))
            await FastApiAsync(bench, folder, cancellation);
        else
            bench.Results.Add(new Finding("peers: fastapi", "not measured: its Debian packages (see its run.sh) are not installed", 0));
    }

    private static async Task NodeAsync(Bench bench, string folder, CancellationToken cancellation)
    {
        var photos = await bench.PhotosAsync(Photos.Medium, cancellation);
        await using var node = await Peer.StartAsync(Node, folder, bench.Folders, cancellation);
        // In turns, and where it counts twice: a noisy minute must not hit one of them only.
        foreach (var inFlight in new[] { 1, 8, 64, 64 })
        {
            await bench.MeasureAsync("peers", node.Subject, photos, inFlight, cancellation);
            await bench.MeasureAsync("peers", bench.Gateway, photos, inFlight, cancellation);
        }
        await bench.MeasureAsync("peers", node.Subject, Peer.Row, 64, cancellation);
        await bench.MeasureAsync("peers", bench.Gateway, Workload.Row, 64, cancellation);
    }

    private static async Task FastApiAsync(Bench bench, string folder, CancellationToken cancellation)
    {
        await using var fastApi = await Peer.StartAsync(FastApi, folder, bench.Folders, cancellation);
        await bench.MeasureAsync("peers", fastApi.Subject, await bench.PhotosAsync(Photos.Medium, cancellation), 64, cancellation);
    }

    private static async Task<bool> IsInstalledAsync(params string[] packages)
    {
        using var dpkg = Process.Start(new ProcessStartInfo("dpkg", ["-s", .. packages]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(dpkg.StandardOutput.ReadToEndAsync(), dpkg.StandardError.ReadToEndAsync());
        await dpkg.WaitForExitAsync();
        return dpkg.ExitCode == 0;
    }
}
