using System.IO.Compression;
using System.Net;
using Integration.TrainingService.Datasets;
using Integration.TrainingService.Serving;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TrainingService;
using TrainingService.Datasets;
using TrainingService.Datasets.Snapshots;
using TrainingService.Embeddings;
using TrainingService.Evaluations;
using TrainingService.Runs;

namespace Integration.TrainingService.Embeddings;

/// <summary>Somebody's data set of pictures about two colours, and the rows that runs get of it.</summary>
internal sealed class Pictures : IDisposable
{
    private readonly ServedModels suite;

    private Pictures(ServedModels suite, DatasetCaller owner, string path) => (this.suite, Owner, Path) = (suite, owner, path);

    public DatasetCaller Owner { get; }

    public string Path { get; }

    /// <param name="each">Of each of the two classes.</param>
    public static async Task<Pictures> PostAsync(ServedModels suite, int each, int seed = 0)
    {
        var subject = Guid.CreateVersion7().ToString();
        var owner = new DatasetCaller(await suite.Training.ClientInRoleAsync(subject, "user", "train", "predict"), subject);
        var pictures = new Pictures(suite, owner, await owner.CreateAsync("image"));
        await pictures.AddAsync([.. Enumerable.Range(seed, each).SelectMany(i => new[] { ($"red/{i}.png", Red(i)), ($"blue/{i}.png", Blue(i)) })]);
        return pictures;
    }

    public static byte[] Red(int seed) => TestImages.Coloured(200, 60, 60, seed);

    public static byte[] Blue(int seed) => TestImages.Coloured(60, 60, 200, seed);

    public async Task AddAsync(params (string Name, byte[] Content)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                await using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        await Owner.PostAsync(Path, bytes.ToArray(), "application/zip").ReadAsync();
    }

    /// <summary>What a run would be trained on.</summary>
    /// <param name="reference">How many rows, of the first, are the reference.</param>
    public async Task<List<Row>> RowsAsync(string? backbone = null, int copies = 0, ulong seed = 1, int reference = 0, Action<RunProgress>? progress = null, CancellationToken cancellation = default)
    {
        var (dataset, snapshot, judged) = await SnapshotAsync(reference);
        await using var scope = suite.Training.Services.CreateAsyncScope();
        var features = scope.ServiceProvider.GetRequiredService<ImageFeatures>();
        var found = await features.FindAsync(backbone, cancellation);
        using var file = new MemoryStream();
        await features.WriteAsync(
            new RowsFileWriter(file, found.Width), found, dataset, snapshot, judged, label => label == "red" ? 0 : 1, copies, seed, progress ?? (_ => { }), cancellation);

        file.Position = 0;
        using var reader = new RowsFileReader(file, found.Width);
        var rows = new List<Row>();
        while (reader.Read())
            rows.Add(new Row(reader.Content, reader.Label, reader.Marks, reader.Cells.ToArray()));
        return rows;
    }

    public async Task<Backbone> BackboneAsync(string? name)
    {
        await using var scope = suite.Training.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<ImageFeatures>().FindAsync(name, CancellationToken.None);
    }

    public async Task<long> CountCachedAsync()
    {
        await using var scope = suite.Training.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TrainingDb>();
        return (await db.Database.SqlQuery<long>($"""SELECT count(*) AS "Value" FROM image_embeddings WHERE owner = {Owner.Subject}""").ToListAsync()).Single();
    }

    private async Task<(Dataset, Snapshot, ReferenceSet)> SnapshotAsync(int reference)
    {
        using var answer = await Owner.Http.PostAsync($"{Path}/snapshots", null);
        var id = Guid.Parse((await answer.ReadAsync(answer.StatusCode == HttpStatusCode.OK ? HttpStatusCode.OK : HttpStatusCode.Created)).Text("id"));
        await using var scope = suite.Training.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TrainingDb>();
        var snapshot = await db.Snapshots.AsNoTracking().SingleAsync(s => s.Id == id);
        var judged = await db.Labels.AsNoTracking().Where(l => l.Dataset == snapshot.Dataset && l.Removed == null).OrderBy(l => l.Id).Take(reference).ToListAsync();
        return (
            await db.Datasets.AsNoTracking().SingleAsync(d => d.Number == snapshot.Dataset), snapshot,
            new ReferenceSet(judged.Select(l => l.Id).ToHashSet(), judged.Select(l => l.Content).ToHashSet(), "chosen by the test"));
    }

    public void Dispose() => Owner.Dispose();

    internal sealed record Row(UInt128 Content, int Label, RowMarks Marks, float[] Cells);
}
