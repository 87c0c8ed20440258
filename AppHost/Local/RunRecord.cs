using System.Text.Json;

namespace Aspire.Hosting.Local;

/// <summary>
/// <c>run.json</c>: what runs, for <c>suite status</c>, and for the next <c>up</c> or <c>down</c> to end what a killed AppHost
/// left behind. One resource per line, so that a shell can read it too; replaced as a whole, so that a reader sees all of it.
/// </summary>
internal sealed class RunRecord(string path)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly Lock _lock = new();

    public void Write(string state, IEnumerable<ResourceStatus> resources)
    {
        var appHost = new { Pid = System.Environment.ProcessId, Started = ChildProcess.StartTime(System.Environment.ProcessId), State = state };
        lock (_lock)
        {
            var lines = resources.Select(resource => JsonSerializer.Serialize(resource, Json));
            File.WriteAllText($"{path}.new", $"{{\"appHost\":{JsonSerializer.Serialize(appHost, Json)},\n\"resources\":[\n{string.Join(",\n", lines)}\n]}}\n");
            File.Move($"{path}.new", path, overwrite: true);
        }
    }
}

internal sealed record ResourceStatus(string Name, string State, int? Pid, string? Started, string? Url, int Restarts);
