using Npgsql;
using TestSupport;

namespace EndToEnd.Outages;

/// <summary>A look behind the API.</summary>
internal static class Database
{
    public static async Task<long> CountAsync(Suite suite, string database, string table)
    {
        await using var source = NpgsqlDataSource.Create(suite.ConnectionString(database));
        await using var command = source.CreateCommand($"SELECT count(*) FROM {table}");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
