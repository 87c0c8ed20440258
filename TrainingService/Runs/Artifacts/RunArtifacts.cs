using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Problems;
using TrainingService.Datasets;

namespace TrainingService.Runs.Artifacts;

/// <summary>The files of runs.</summary>
internal sealed class RunArtifacts(TrainingDb db, ObjectFiles files)
{
    /// <summary>Stores a file; one of that name is replaced.</summary>
    /// <exception cref="HttpRequestException">StorageService does not answer, or can't now.</exception>
    /// <exception cref="ProblemException"><see cref="ObjectFiles.Refused"/>: it will not take it.</exception>
    public async Task PutAsync(Run run, Dataset dataset, string name, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation)
    {
        var (owner, sha256) = (dataset.Owner, Convert.ToHexStringLower(SHA256.HashData(content.Span)));
        // What a run that is begun again leaves otherwise than before is left over like a file of a run that is gone.
        await db.Database.ExecuteSqlAsync($"""
            UPDATE run_artifacts SET run = {Guid.Empty}, name = {$"{run.Id}/{Guid.NewGuid()}"} WHERE run = {run.Id} AND name = {name} AND sha256 <> {sha256}
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO run_artifacts VALUES ({run.Id}, {name}, {owner}, {sha256}, {content.Length}, {contentType}) ON CONFLICT DO NOTHING
            """, cancellation);
        // Held against the sweep, which may be about to remove this very object of another run.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await LockObjectAsync(owner, sha256, cancellation);
        await files.PutAsync(owner, sha256, content, contentType, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Stores a report's files. The work is done by then, and is what counts: where StorageService will not take them, returns a warning.</summary>
    /// <exception cref="HttpRequestException">StorageService does not answer, or can't now.</exception>
    public async Task<string?> PutReportAsync(Run run, Dataset dataset, IEnumerable<(string Name, byte[] Content, string Type)> files, CancellationToken cancellation)
    {
        try
        {
            foreach (var (name, content, type) in files)
                await PutAsync(run, dataset, name, content, type, cancellation);
            return null;
        }
        catch (ProblemException e) when (e.Code == ObjectFiles.Refused)
        {
            return $"The report is missing or incomplete. {e.Message}";
        }
    }

    public Task<List<RunArtifact>> ListAsync(Guid run, CancellationToken cancellation) =>
        db.Set<RunArtifact>().AsNoTracking().Where(a => a.Run == run).OrderBy(a => a.Name).ToListAsync(cancellation);

    /// <summary>Null: the run has none of that name.</summary>
    /// <exception cref="HttpRequestException">StorageService does not answer.</exception>
    public async Task<(RunArtifact Artifact, Stream Content)?> OpenAsync(Guid run, string name, CancellationToken cancellation)
    {
        var artifact = await db.Set<RunArtifact>().AsNoTracking().SingleOrDefaultAsync(a => a.Run == run && a.Name == name, cancellation);
        return artifact is not null && await files.OpenAsync(artifact.Owner, artifact.Sha256, cancellation) is { } content ? (artifact, content) : null;
    }

    /// <summary>Removes one file whose run is gone, with its object unless another run has the same. False: there is none.</summary>
    /// <exception cref="HttpRequestException">StorageService does not answer.</exception>
    public async Task<bool> RemoveOneAsync(CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var left = await db.Set<RunArtifact>().FromSql($"""
            SELECT * FROM run_artifacts a WHERE NOT EXISTS (SELECT FROM runs WHERE id = a.run) LIMIT 1 FOR UPDATE SKIP LOCKED
            """).AsNoTracking().ToListAsync(cancellation);
        if (left is not [var gone])
            return false;
        await LockObjectAsync(gone.Owner, gone.Sha256, cancellation);
        await db.Database.ExecuteSqlAsync($"DELETE FROM run_artifacts WHERE run = {gone.Run} AND name = {gone.Name}", cancellation);
        if (!await db.Set<RunArtifact>().AnyAsync(a => a.Owner == gone.Owner && a.Sha256 == gone.Sha256, cancellation))
            await files.DeleteAsync(gone.Owner, gone.Sha256, cancellation);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    private Task LockObjectAsync(string owner, string sha256, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({$"{owner}/{sha256}"}, 1))", cancellation);
}
