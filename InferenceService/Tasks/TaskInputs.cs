using Microsoft.Extensions.Options;

namespace InferenceService.Tasks;

/// <summary>Inputs of the tasks that this replica works on, fetched once and kept on disk between turns: a zip is read at its end first.</summary>
internal sealed class TaskInputs(TaskFolder folder, InputStore store, IOptions<TaskOptions> options, TimeProvider time)
{
    private const int MaxFetches = 3;
    private static readonly TimeSpan KeptUnused = TimeSpan.FromHours(1);

    /// <exception cref="ServiceDefaults.Problems.ProblemException">422: the input is gone. 503: StorageService does not answer.</exception>
    public async Task<FileStream> OpenAsync(TaskLease task, CancellationToken cancellation)
    {
        var path = PathOf(task.Id);
        for (var fetches = 0; ; fetches++)
        {
            if (!File.Exists(path))
                await FetchAsync(task, path, cancellation);
            try
            {
                File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime); // when it was last used
                return new FileStream(path, new FileStreamOptions { Options = FileOptions.Asynchronous, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 64 * 1024 });
            }
            catch (IOException e) when ((e is FileNotFoundException or DirectoryNotFoundException) && fetches < MaxFetches)
            {
                // Another worker made room, or the sweep came by, between fetching and opening.
            }
        }
    }

    /// <summary>Tasks whose input lies here.</summary>
    public IReadOnlyList<Guid> Held() => [.. Inputs().Select(file => Guid.TryParse(Path.GetFileNameWithoutExtension(file.Name), out var task) ? task : Guid.Empty)];

    public void Forget(Guid task) => File.Delete(PathOf(task));

    /// <summary>Removes inputs of tasks that went on elsewhere.</summary>
    public void Sweep()
    {
        foreach (var unused in Inputs().Where(file => time.GetUtcNow() - file.LastWriteTimeUtc > KeptUnused))
            unused.Delete();
    }

    private async Task FetchAsync(TaskLease task, string path, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder.Path); // whoever cleans up temporary folders may have taken it
        MakeRoom(task.Bytes);
        var partial = Path.Combine(folder.Path, $"{Guid.NewGuid():N}{TaskFolder.Partial}");
        try
        {
            await using (var file = File.Create(partial))
                await store.CopyToAsync(task.Owner, task.Sha256, file, cancellation);
            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial); // no file, no error
        }
    }

    /// <summary>An input that is being read goes from the folder and not from its reader.</summary>
    private void MakeRoom(long bytes)
    {
        var inputs = Inputs().OrderBy(file => file.LastWriteTimeUtc).ToList();
        var held = inputs.Sum(file => file.Length);
        foreach (var oldest in inputs.TakeWhile(_ => held + bytes > options.Value.MaxSpoolBytes))
        {
            held -= oldest.Length;
            oldest.Delete();
        }
    }

    // Exists reads size and time once for all: what another worker deletes from here on is only gone already.
    private FileInfo[] Inputs() => [.. new DirectoryInfo(folder.Path).GetFiles($"*{TaskFolder.Input}").Where(file => file.Exists)];

    private string PathOf(Guid task) => Path.Combine(folder.Path, $"{task:N}{TaskFolder.Input}");
}
