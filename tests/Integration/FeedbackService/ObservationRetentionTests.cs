using FeedbackService;
using Npgsql;
using NUnit.Framework;
using TestSupport;

namespace Integration.FeedbackService;

[TestFixture]
public sealed class ObservationRetentionTests
{
    [TestCase("1.00:00:00", ExpectedResult = "young")]
    [TestCase("00:00:00", ExpectedResult = "old, young")]
    [TestCase("", ExpectedResult = "old, young")]
    public async Task<string> What_is_older_than_the_retention_goes_with_its_feedback(string retention)
    {
        var (database, name) = ($"feedback_{Guid.NewGuid():N}", $"feedback-{Guid.NewGuid():N}");
        await using var service = await ServiceHost<FeedbackDb>.StartNewAsync("feedback", database, new Dictionary<string, string>
        {
            ["ServiceIdentity:Name"] = name,
            ["Observations:Retention"] = retention,
            ["Observations:SweepEvery"] = "00:00:00.2",
        });
        await service.WaitUntilReadyAsync();
        await using var source = NpgsqlDataSource.Create((await Servers.PostgresAsync()).ConnectionString(database));
        var now = DateTimeOffset.UtcNow;
        await InsertAsync(source, "old", now.AddDays(-2));
        await InsertAsync(source, "young", now);
        if (retention == "1.00:00:00")
            await Eventually.IsTrueAsync(async () => await ReadAsync(source, "model", "observations") == "young", "the old one is removed", () => service.Log);

        // Without a retention there is no sweeper: nothing to wait for.
        Assert.That(await ReadAsync(source, "comment", "feedback"), Is.EqualTo(await ReadAsync(source, "model", "observations")));
        return await ReadAsync(source, "model", "observations");
    }

    private static async Task InsertAsync(NpgsqlDataSource source, string name, DateTimeOffset time)
    {
        await using var command = source.CreateCommand("""
            WITH made AS (INSERT INTO observations (id, request_id, caller, model, version, time) VALUES ($1, $1, 'caller', $2, '1', $3) RETURNING id)
            SELECT id FROM made
            """);
        command.Parameters.AddRange((NpgsqlParameter[])[new() { Value = Guid.CreateVersion7(time) }, new() { Value = name }, new() { Value = time }]);
        var id = (Guid)(await command.ExecuteScalarAsync())!;
        await using var judged = source.CreateCommand("INSERT INTO feedback (prediction_id, caller, comment, time) SELECT id, caller, model, time FROM observations WHERE id = $1");
        judged.Parameters.Add(new NpgsqlParameter { Value = id });
        await judged.ExecuteNonQueryAsync();
    }

    private static async Task<string> ReadAsync(NpgsqlDataSource source, string column, string table)
    {
        await using var command = source.CreateCommand($"SELECT coalesce(string_agg({column}, ', ' ORDER BY time), '') FROM {table}");
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
