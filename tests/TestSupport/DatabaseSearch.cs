using Npgsql;

namespace TestSupport;

/// <summary>Looks through every row of every table of a database for a text, whatever the columns are.</summary>
public static class DatabaseSearch
{
    /// <returns>The rows that have it, as <c>table: row</c>.</returns>
    public static async Task<IReadOnlyList<string>> FindAsync(string connectionString, string text)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        var tables = new List<string>();
        await using (var list = source.CreateCommand("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"))
        await using (var rows = await list.ExecuteReaderAsync())
        {
            while (await rows.ReadAsync())
                tables.Add(rows.GetString(0));
        }

        var found = new List<string>();
        foreach (var table in tables)
        {
            // A row as text has its bytea columns in hex.
            await using var search = source.CreateCommand($"SELECT left(t::text, 300) FROM \"{table}\" t WHERE position($1 in t::text) > 0");
            search.Parameters.Add(new NpgsqlParameter { Value = text });
            await using var rows = await search.ExecuteReaderAsync();
            while (await rows.ReadAsync())
                found.Add($"{table}: {rows.GetString(0)}");
        }
        return found;
    }
}
