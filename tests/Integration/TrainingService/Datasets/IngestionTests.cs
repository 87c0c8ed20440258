using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Npgsql;
using NUnit.Framework;

namespace Integration.TrainingService.Datasets;

/// <summary>A million rows: in bounded memory, and how fast beside a plain COPY of the same rows, which checks and keeps less.</summary>
[NonParallelizable]
public class IngestionTests
{
    private const int Rows = 1_000_000, Numbers = 8;
    private const long MaxHeapGrowth = 200 << 20;

    [Test]
    public async Task A_million_rows_go_in_without_being_held_in_memory()
    {
        using var caller = await DatasetCaller.NewAsync();
        caller.Http.Timeout = TimeSpan.FromMinutes(5);
        var schema = $$"""{"columns": [{{string.Join(", ", Enumerable.Range(0, Numbers).Select(i => $$"""{"name": "n{{i}}", "type": "number"}"""))}}, {"name": "c", "type": "category"}]}""";
        var dataset = await caller.CreateAsync(schema: schema);

        using var heap = new HeapWatch();
        var clock = Stopwatch.StartNew();
        var answer = await caller.Http.PostAsync($"{dataset}/labels", new RowsContent()).ReadAsync();
        var posted = clock.Elapsed;
        var growth = heap.Growth();

        Assert.That(answer["added"]!.GetValue<int>(), Is.EqualTo(Rows), answer.ToJsonString());
        Assert.That(growth, Is.LessThan(MaxHeapGrowth));
        clock.Restart();
        var snapshot = await caller.SnapshotAsync(dataset);
        var hashed = clock.Elapsed;
        clock.Restart();
        await caller.GetAsync($"{dataset}/statistics");
        var counted = clock.Elapsed;
        Assert.That(snapshot["rows"]!.GetValue<int>(), Is.EqualTo(Rows));
        await caller.Http.DeleteAsync(dataset).StatusAsync();

        var plain = await PlainCopyAsync();
        TestContext.Progress.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"figure: {Rows} rows of CSV with {Numbers} numbers and a category: {Rows / posted.TotalSeconds:0} rows/s posted, {Rows / plain.TotalSeconds:0} rows/s by plain COPY, ratio {plain / posted:0.00}; heap grew by {growth >> 20} MiB; snapshot {hashed.TotalSeconds:0.0} s, statistics {counted.TotalSeconds:0.0} s"));
    }

    private static async Task<TimeSpan> PlainCopyAsync()
    {
        await using var connection = new NpgsqlConnection((await Servers.PostgresAsync()).ConnectionString("postgres"));
        await connection.OpenAsync();
        var columns = string.Join(", ", Enumerable.Range(0, Numbers).Select(i => $"n{i} real"));
        await using (var create = new NpgsqlCommand($"CREATE TABLE plain_rows ({columns}, c text, label text)", connection))
            await create.ExecuteNonQueryAsync();
        var clock = Stopwatch.StartNew();
        await using (var copy = await connection.BeginTextImportAsync("COPY plain_rows FROM STDIN (FORMAT csv, HEADER)"))
        {
            foreach (var part in RowsContent.Parts())
                await copy.WriteAsync(part);
        }
        var elapsed = clock.Elapsed;
        await using (var drop = new NpgsqlCommand("DROP TABLE plain_rows", connection))
            await drop.ExecuteNonQueryAsync();
        return elapsed;
    }

    /// <summary>The rows as CSV, made while they are sent.</summary>
    private sealed class RowsContent : HttpContent
    {
        public RowsContent() => Headers.ContentType = new MediaTypeHeaderValue("text/csv");

        public static IEnumerable<string> Parts()
        {
            var random = new Random(1);
            var csv = new StringBuilder().AppendJoin(',', Enumerable.Range(0, Numbers).Select(i => $"n{i}")).Append(",c,label\n");
            for (var row = 0; row < Rows; row++)
            {
                for (var i = 0; i < Numbers; i++)
                    csv.Append(CultureInfo.InvariantCulture, $"{random.Next(1_000_000) / 1000f:R},");
                csv.Append(CultureInfo.InvariantCulture, $"city-{row % 100},{((row & 1) == 0 ? "g" : "h")}\n");
                if (csv.Length < 64 * 1024)
                    continue;
                yield return csv.ToString();
                csv.Clear();
            }
            yield return csv.ToString();
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var part in Parts())
                await stream.WriteAsync(Encoding.UTF8.GetBytes(part));
        }

        protected override bool TryComputeLength(out long length) => (length = 0) != 0;
    }

    /// <summary>The largest heap seen after a collection, which has what is held and not what is about to go.</summary>
    private sealed class HeapWatch : IDisposable
    {
        private readonly long before = GC.GetTotalMemory(forceFullCollection: true);
        private readonly Timer timer;
        private long peak;

        public HeapWatch() => timer = new Timer(_ => peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true)), null, TimeSpan.Zero, TimeSpan.FromSeconds(1));

        public long Growth() => Math.Max(0, peak - before);

        public void Dispose() => timer.Dispose();
    }
}
