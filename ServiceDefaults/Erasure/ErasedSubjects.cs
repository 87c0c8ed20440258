using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ServiceDefaults.Erasure;

/// <summary>The table of that name, by which the database refuses what comes late (<c>0002_erased_subjects.sql</c>).</summary>
public static class ErasedSubjects
{
    private const string SqlState = "SU410";
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan WriterDeadline = TimeSpan.FromMinutes(3); // longer than any commit of the suite may take

    /// <summary>True when the database refused a row because its subject was erased.</summary>
    public static bool IsErasedSubject(this Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            if (e is PostgresException postgres)
                return postgres.SqlState == SqlState;
        }
        return false;
    }

    /// <summary>Marks the subject as erased. On return no row of theirs can come in any more, nor is one on its way.</summary>
    /// <exception cref="TimeoutException">A transaction that may have such a row does not end.</exception>
    internal static async Task RefuseAsync(this DbContext db, string subject, DateTimeOffset now, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO erased_subjects VALUES (erased_subject_hash({subject}), {now}) ON CONFLICT DO NOTHING", cancellation);

        // A statement that began before this commit saw the old table. Whoever wrote by then has a transaction id below this one;
        // waiting for those to end takes no lock that anybody else would have to wait for.
        var horizon = await ScalarAsync<string>(db, $"SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS \"Value\"", cancellation);
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Poll);
        while (!await ScalarAsync<bool>(db, $"SELECT pg_snapshot_xmin(pg_current_snapshot()) >= {horizon}::xid8 AS \"Value\"", cancellation))
        {
            if (Stopwatch.GetElapsedTime(started) > WriterDeadline)
                throw new TimeoutException($"A transaction that was open when the erasure began is still open after {WriterDeadline.TotalMinutes} min.");
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    private static Task<T> ScalarAsync<T>(DbContext db, FormattableString sql, CancellationToken cancellation) =>
        db.Database.SqlQuery<T>(sql).SingleAsync(cancellation);
}
