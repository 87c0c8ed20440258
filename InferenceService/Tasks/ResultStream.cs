using Npgsql;

namespace InferenceService.Tasks;

/// <summary>Results from the table to a response, a page in memory at a time.</summary>
internal sealed class ResultStream(NpgsqlDataSource source)
{
    public const string ContentType = "application/x-ndjson";
    private const int PageSize = 1000;

    /// <summary>Writes what is there, from that item on.</summary>
    public async Task WriteAsync(Guid task, int from, Stream body, CancellationToken cancellation)
    {
        await using var text = new StreamWriter(body, leaveOpen: true) { NewLine = "\n" };
        while (true)
        {
            var page = await ReadAsync(task, from, PageSize, cancellation);
            foreach (var line in page)
                await text.WriteLineAsync(line.AsMemory(), cancellation);
            await text.FlushAsync(cancellation);
            if (page.Count < PageSize)
                return;
            from += page.Count; // items have no gaps
        }
    }

    public async Task<IReadOnlyList<string>> ReadAsync(Guid task, int from, int count, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT line FROM task_results WHERE task_id = $1 AND item >= $2 ORDER BY item LIMIT $3");
        foreach (var value in (object[])[task, from, count])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var page = new List<string>();
        while (await rows.ReadAsync(cancellation))
            page.Add(rows.GetString(0));
        return page;
    }
}
