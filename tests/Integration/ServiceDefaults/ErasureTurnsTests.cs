using InferenceSuite.Contracts;
using Integration.StorageService;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NUnit.Framework;
using ServiceDefaults.Database;
using ServiceDefaults.Erasure;
using ServiceDefaults.Http;
using StorageService;
using TestSupport;

namespace Integration.ServiceDefaults;

/// <summary>One request for an erasure that is delivered twice, and worked on twice at once.</summary>
public class ErasureTurnsTests
{
    [Test]
    public async Task Neither_takes_what_the_other_has_in_hand_for_nothing_left()
    {
        await using var service = await StorageApplication.StartNewAsync();
        await using var events = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "erasure.done");
        var request = new ErasureRequested(Guid.CreateVersion7(), Guid.NewGuid().ToString(), DateTimeOffset.UtcNow);
        var things = new Things(count: 3);

        var first = EraseAsync(service, things, request);
        await things.Taken;
        var second = EraseAsync(service, things, request);
        await Eventually.SeeAsync("the second waits its turn, or answers too early", async () => second.IsCompleted || await IsWaitingAsync(service), waitsOrAnswered => waitsOrAnswered);
        things.LetGo();
        await Task.WhenAll(first, second);

        var answers = await events.WaitForAsync(request.ErasureId.ToString(), 2, () => service.Log);
        Assert.That(answers.Select(answer => answer.Body.GetProperty("counts").GetProperty("things").GetInt64()), Is.All.EqualTo(3));
    }

    [Test]
    public async Task What_takes_too_long_is_ended_by_the_server_which_tells_it_from_a_server_that_is_away()
    {
        await using var service = await StorageApplication.StartNewAsync();
        var slow = new SlowThings();

        await Task.Run(() => Assert.ThrowsAsync<PostgresException>(() => EraseAsync(service, slow, new ErasureRequested(Guid.CreateVersion7(), Guid.NewGuid().ToString(), DateTimeOffset.UtcNow))));

        Assert.That((slow.Limit, slow.Failure!.SqlState, slow.Failure.IsDatabaseAway()), Is.EqualTo(("15min", PostgresErrorCodes.QueryCanceled, false)));
    }

    private static async Task<bool> IsWaitingAsync(StorageApplication service) =>
        await service.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") > 0;

    private static async Task EraseAsync(StorageApplication service, IPersonalData things, ErasureRequested request)
    {
        await using var scope = service.Services.CreateAsyncScope();
        if (things is SlowThings slow)
            slow.Db = scope.ServiceProvider.GetRequiredService<StorageDb>();
        var eraser = new SubjectEraser<StorageDb>(
            scope.ServiceProvider.GetRequiredService<StorageDb>(), [things], scope.ServiceProvider.GetRequiredService<ServiceIdentity>(), TimeProvider.System, NullLogger<SubjectEraser<StorageDb>>.Instance);
        await eraser.EraseAsync(request, CancellationToken.None);
    }

    /// <summary>Says what limit it works under, and runs into a shorter one.</summary>
    private sealed class SlowThings : IPersonalData
    {
        public StorageDb Db { get; set; } = null!;

        public string? Limit { get; private set; }

        public PostgresException? Failure { get; private set; }

        public string Name => "slow-things";

        public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
        {
            Limit = await Db.Database.SqlQuery<string>($"""SELECT current_setting('statement_timeout') AS "Value" """).SingleAsync(cancellation);
            try
            {
                return await Db.Database.ExecuteSqlAsync($"SET LOCAL statement_timeout = 50; SELECT pg_sleep(30)", cancellation);
            }
            catch (PostgresException e)
            {
                Failure = e;
                throw;
            }
        }

        public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => Task.CompletedTask;
    }

    /// <summary>Whoever comes first takes all; whoever comes then finds none. As with files, no row lock keeps the second waiting.</summary>
    private sealed class Things(int count) : IPersonalData
    {
        private readonly TaskCompletionSource taken = new(TaskCreationOptions.RunContinuationsAsynchronously), letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int left = count;

        public Task Taken => taken.Task;

        public string Name => "things";

        public void LetGo() => letGo.SetResult();

        public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
        {
            var removed = Interlocked.Exchange(ref left, 0);
            if (removed == 0)
                return 0;
            taken.SetResult();
            await letGo.Task.WaitAsync(Eventually.Deadline, cancellation);
            return removed;
        }

        public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => Task.CompletedTask;
    }
}
