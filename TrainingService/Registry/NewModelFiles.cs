using Microsoft.EntityFrameworkCore;

namespace TrainingService.Registry;

/// <summary>Stores the files of versions that are about to be registered, and takes those away of which none came.</summary>
internal sealed class NewModelFiles(TrainingDb db, ModelFiles files, TimeProvider time)
{
    public static readonly TimeSpan WaitsForItsVersion = TimeSpan.FromHours(1);

    /// <exception cref="HttpRequestException">StorageService can't take it now.</exception>
    /// <exception cref="ServiceDefaults.Problems.ProblemException">422: StorageService will not take it.</exception>
    public async Task EnsureStoredAsync(string sha256, FileInfo file, CancellationToken cancellation)
    {
        // Noted before: whatever happens from here on, somebody looks after the file. Waits for whoever is just removing it.
        await db.Database.ExecuteSqlAsync($"INSERT INTO registry_files VALUES ({sha256}, {time.GetUtcNow()}) ON CONFLICT (sha256) DO UPDATE SET stored_at = excluded.stored_at", cancellation);
        await files.EnsureStoredAsync(sha256, file, cancellation);
    }

    /// <summary>False when there was none to look at.</summary>
    /// <exception cref="HttpRequestException">StorageService does not answer.</exception>
    public async Task<bool> RemoveOneAsync(CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var due = await db.Database.SqlQuery<string>($"""
            DELETE FROM registry_files
            WHERE sha256 = (SELECT sha256 FROM registry_files WHERE stored_at < {time.GetUtcNow() - WaitsForItsVersion} ORDER BY stored_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING sha256 AS "Value"
            """).ToListAsync(cancellation);
        if (due is not [var sha256])
            return false;
        if (!await db.Versions.AnyAsync(v => v.Sha256 == sha256 && v.Bytes > 0, cancellation))
            await files.RemoveAsync(sha256, cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }
}
