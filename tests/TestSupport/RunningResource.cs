using System.Text.Json;

namespace TestSupport;

/// <summary>A resource as <c>run.json</c> in a state folder tells it.</summary>
public sealed record RunningResource(string Name, string State, int? Pid, string? Started, string? Url, int Restarts)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The AppHost, in the same words: its state is that of the whole run.</summary>
    public static RunningResource AppHost(string home)
    {
        using var run = Read(home);
        return run.RootElement.GetProperty("appHost").Deserialize<RunningResource>(Json)! with { Name = "apphost" };
    }

    public static RunningResource Find(string home, string name)
    {
        using var run = Read(home);
        return run.RootElement.GetProperty("resources").Deserialize<RunningResource[]>(Json)!.Single(resource => resource.Name == name);
    }

    private static JsonDocument Read(string home) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(home, "run.json")));
}
