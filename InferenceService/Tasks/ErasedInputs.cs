using InferenceSuite.Contracts;
using MassTransit;
using Npgsql;
using ServiceDefaults.Messaging;

namespace InferenceService.Tasks;

/// <summary>Copies of inputs on this replica's disk whose task is not on record any more, or about to be erased.</summary>
internal sealed class ErasedInputs(TaskInputs inputs, NpgsqlDataSource source)
{
    /// <param name="subject">Whose tasks count as gone already; null: nobody's.</param>
    public async Task ForgetAsync(string? subject, CancellationToken cancellation)
    {
        var held = inputs.Held();
        if (held.Count == 0)
            return;
        await using var command = source.CreateCommand("SELECT id FROM tasks WHERE id = ANY($1) AND owner IS DISTINCT FROM $2");
        command.Parameters.AddRange((NpgsqlParameter[])[new() { Value = held.ToArray() }, new() { Value = subject ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }]);
        var kept = new HashSet<Guid>();
        await using (var rows = await command.ExecuteReaderAsync(cancellation))
        {
            while (await rows.ReadAsync(cancellation))
                kept.Add(rows.GetGuid(0));
        }
        foreach (var task in held.Where(task => !kept.Contains(task)))
            inputs.Forget(task);
    }
}

/// <summary>One replica erases the subject's rows; the files each has to remove itself. One that is down has none left when it starts.</summary>
internal sealed class ForgetInputs(ErasedInputs inputs) : IConsumer<ErasureRequested>
{
    public Task Consume(ConsumeContext<ErasureRequested> context) => inputs.ForgetAsync(context.Message.Subject, context.CancellationToken);
}

internal sealed class ForgetInputsDefinition() : BroadcastConsumerDefinition<ForgetInputs, ErasureRequested>("inference.inputs");
