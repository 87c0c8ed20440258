using System.Globalization;

namespace Benchmarks;

/// <summary>What <c>./suite bench</c> was asked.</summary>
public sealed record BenchOptions
{
    public const string Usage = """
        ./suite bench [options]
          --quick             raw and the gateway at 64 in flight, one photo size and rows: under two minutes
          --scenario a,b      only these: images, rows, sustained, abandon, door, bounds, storage (all, when absent)
          --peers [folder]    also the peer servers of that folder (SUITE_PEERS, else ../shared/peers)
          --seconds n         how long each run takes (5; quick: 6)
          --json file         where the figures go too; always in .suite/bench/results/
        """;

    public bool Quick { get; private init; }

    public IReadOnlyList<string> Scenarios { get; private init; } = [.. Benchmarks.Scenarios.Catalog.Default];

    /// <summary>The folder; null: no peers.</summary>
    public string? Peers { get; private init; }

    public double Seconds { get; private init; } = 5;

    public string? Json { get; private init; }

    /// <summary>Share of requests that are traced. Metrics and logs are always on.</summary>
    public double SampledShare => 0.01;

    /// <exception cref="ArgumentException">An option that there is not, or a value that is none.</exception>
    public static BenchOptions Parse(string[] words)
    {
        var options = new BenchOptions();
        double? seconds = null;
        for (var i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "--quick":
                    options = options with { Quick = true, Scenarios = [Benchmarks.Scenarios.Catalog.Quick] };
                    break;
                case "--scenario":
                    options = options with { Scenarios = Known(Value(words, ref i).Split(',')) };
                    break;
                case "--peers":
                    options = options with { Peers = i + 1 < words.Length && !words[i + 1].StartsWith('-') ? words[++i] : DefaultPeers() };
                    break;
                case "--seconds":
                    seconds = double.TryParse(Value(words, ref i), CultureInfo.InvariantCulture, out var given) && given >= 1 ? given : throw new ArgumentException("--seconds is a number, at least 1.");
                    break;
                case "--json":
                    options = options with { Json = Path.GetFullPath(Value(words, ref i)) };
                    break;
                default:
                    throw new ArgumentException($"There is no option {words[i]}.{Environment.NewLine}{Usage}");
            }
        }
        if (options.Peers is not null && !options.Scenarios.Contains(Benchmarks.Scenarios.Catalog.Peers))
            options = options with { Scenarios = [.. options.Scenarios, Benchmarks.Scenarios.Catalog.Peers] };
        return options with { Seconds = seconds ?? (options.Quick ? 6 : 5) };
    }

    private static string Value(string[] words, ref int i) =>
        i + 1 < words.Length ? words[++i] : throw new ArgumentException($"{words[i]} needs a value.");

    private static string[] Known(string[] names) => names.FirstOrDefault(name => !Benchmarks.Scenarios.Catalog.All.ContainsKey(name)) is { } unknown
        ? throw new ArgumentException($"There is no scenario {unknown}. There are: {string.Join(", ", Benchmarks.Scenarios.Catalog.All.Keys)}.")
        : names;

    private static string DefaultPeers() =>
        Environment.GetEnvironmentVariable("SUITE_PEERS") is { Length: > 0 } folder ? folder : TestSupport.Repository.Path("..", "shared", "peers");
}
