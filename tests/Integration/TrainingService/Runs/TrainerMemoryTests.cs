using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Learning.Data;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using TrainingService.Runs;
using TrainingService.Runs.Training;

namespace Integration.TrainingService.Runs;

/// <summary>What the process that trains holds in memory beside the data set, in the real process.</summary>
[Platform("Linux"), NonParallelizable]
public sealed class TrainerMemoryTests
{
    private const int Rows = 1_000_000, Columns = 10;

    [TestCase("gradient-boosted-trees", """{"rounds": 20}""")]
    [TestCase("logistic-regression", """{"maxIterations": 10}""")]
    public async Task A_training_holds_little_more_than_twice_its_data_set(string learner, string parameters)
    {
        var path = Repository.NewTemporaryFolder("trainer");
        using var folder = new RunFolder(path);
        Write(folder.Rows);
        var schema = new TableSchema([.. Enumerable.Range(0, Columns).Select(i => new Column($"c{i}", ColumnKind.Number))], ["no", "yes"]);
        var given = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(parameters)!;
        var order = new TrainerOrder(schema, Rows, learner, given, Grid: null, Folds: 0, Seed: 1, Threads: 2, MemoryLimitBytes: 2L << 30, Niceness: 0, BackboneTensor: null);
        await File.WriteAllBytesAsync(folder.Order, JsonSerializer.SerializeToUtf8Bytes(order, TrainerOrder.Json));

        await new TrainerProcess(Options.Create(new RunOptions()), TimeProvider.System).RunAsync(folder, _ => { }, CancellationToken.None);

        var result = JsonSerializer.Deserialize<TrainerResult>(await File.ReadAllBytesAsync(folder.Result), TrainerOrder.Json)!;
        TestContext.Progress.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"figure: {learner} on {Rows} x {Columns}: {result.PeakBytes >> 20} MiB at most, the data set takes {result.DatasetBytes >> 20} MiB; {string.Join(", ", result.Seconds.Select(each => $"{each.Key} {each.Value:0.0} s"))}"));
        Assert.That(result.PeakBytes, Is.LessThanOrEqualTo((2 * result.DatasetBytes) + 300_000_000));
    }

    private static void Write(string path)
    {
        var random = new Random(1);
        var (cells, content) = (new float[Columns], new byte[16]);
        using var rows = new RowsFileWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20), Columns);
        for (var row = 0; row < Rows; row++)
        {
            for (var c = 0; c < Columns; c++)
                cells[c] = random.NextSingle();
            random.NextBytes(content);
            BinaryPrimitives.WriteInt32BigEndian(content, row);
            rows.Add(new Guid(content), cells[0] + cells[1] > 1 ? 1 : 0, row % 5 == 0 ? RowMarks.Reference : RowMarks.None, cells);
        }
    }
}
