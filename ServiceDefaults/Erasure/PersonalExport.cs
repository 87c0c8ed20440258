using System.Text.Json;
using ServiceDefaults.Outbox;

namespace ServiceDefaults.Erasure;

/// <summary>A copy of what is kept about one subject, file by file, on its way to them.</summary>
public abstract class PersonalExport
{
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    /// <summary>Adds a file. One after the other: the stream is the answer itself.</summary>
    /// <param name="write">Called once; what it throws ends the export.</param>
    public abstract Task AddAsync(ExportFile file, Func<Stream, Task> write, CancellationToken cancellation);

    /// <summary>Adds rows as NDJSON; no file where there are none.</summary>
    public async Task AddRowsAsync<TRow>(string path, string about, IAsyncEnumerable<TRow> rows, CancellationToken cancellation)
    {
        await using var row = rows.GetAsyncEnumerator(cancellation);
        if (!await row.MoveNextAsync())
            return;
        await AddAsync(new ExportFile(path, "application/x-ndjson", about), async file =>
        {
            do
            {
                await JsonSerializer.SerializeAsync(file, row.Current, EventJson.Options, cancellation);
                await file.WriteAsync(NewLine, cancellation);
            }
            while (await row.MoveNextAsync());
        }, cancellation);
    }
}

/// <param name="Path">Inside the archive, without the service's folder: <c>predictions.ndjson</c>.</param>
/// <param name="About">For the person who reads the index: one sentence.</param>
public sealed record ExportFile(string Path, string ContentType, string About);
