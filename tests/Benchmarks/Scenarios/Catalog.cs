namespace Benchmarks.Scenarios;

/// <summary>What can be asked for, by name.</summary>
public static class Catalog
{
    public const string Quick = "quick", Peers = "peers";

    public static IReadOnlyDictionary<string, Func<Bench, CancellationToken, Task>> All { get; } = new Dictionary<string, Func<Bench, CancellationToken, Task>>
    {
        ["images"] = ImageScenario.RunAsync,
        ["rows"] = RowScenario.RunAsync,
        ["sustained"] = SustainedScenario.RunAsync,
        ["abandon"] = AbandonScenario.RunAsync,
        ["door"] = DoorScenario.RunAsync,
        ["bounds"] = BoundsScenario.RunAsync,
        ["storage"] = StorageScenario.RunAsync,
        ["learning"] = LearningScenario.RunAsync,
        [Peers] = PeerScenario.RunAsync,
        [Quick] = QuickScenario.RunAsync,
    };

    public static IReadOnlyList<string> Default { get; } = [.. All.Keys.Where(name => name is not (Quick or Peers))];
}
