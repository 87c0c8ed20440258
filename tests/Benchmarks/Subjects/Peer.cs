using System.Diagnostics;
using InferenceSuite.AppHost;

namespace Benchmarks.Subjects;

/// <summary>A server of the peers' folder: copied before it is installed, as that folder is not ours to write in.</summary>
public sealed class Peer : IAsyncDisposable
{
    private readonly Server server;

    private Peer(string name, Server server, Uri address) => (Name, this.server, Address) = (name, server, address);

    public string Name { get; }

    public Uri Address { get; }

    public Subject Subject => new()
    {
        Name = Name, Processes = () => new Dictionary<string, int> { [Name] = server.Pid },
        Address = workload => new Uri(Address, workload.IsImage ? "/detect" : "/rows"),
    };

    /// <summary>The peers' own single row, with a number that differs each time.</summary>
    public static Workload Row { get; } = Workload.Row with { Json = $$"""{"rows":[[0.1,0.2,0.3,0.{{Load.LoadPlan.StampMark}}]]}""" };

    public static async Task<Peer> StartAsync(string name, string peers, BenchFolders folders, CancellationToken cancellation)
    {
        var folder = Path.Combine(folders.Root, "peers", name);
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(peers, name)))
        {
            var copy = Path.Combine(folder, Path.GetFileName(file));
            File.Copy(file, copy, overwrite: true);
            File.SetUnixFileMode(copy, File.GetUnixFileMode(copy) | UnixFileMode.UserWrite);
        }
        var port = Ports.PickFree();
        var command = new ProcessStartInfo("bash", [Path.Combine(folder, "run.sh"), $"{port}"]) { WorkingDirectory = folder };
        command.Environment["MODEL"] = ModelFolder.MobileNet(folders);
        command.Environment["TABULAR"] = Path.Combine(peers, "tabular.onnx");
        command.Environment["WORKERS"] = $"{Environment.ProcessorCount}";
        var address = new Uri($"http://127.0.0.1:{port}");
        return new Peer(name, await Server.StartAsync($"the peer {name}", command, new Uri(address, "/health"), cancellation), address);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
