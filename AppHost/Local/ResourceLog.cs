namespace Aspire.Hosting.Local;

/// <summary>A resource's output as a file of bounded size, its predecessor kept as <c>.1</c>, and the last lines in memory.</summary>
internal sealed class ResourceLog(string path) : IDisposable
{
    private const long MaxBytes = 10 * 1024 * 1024;
    private const int TailLines = 30;

    private readonly Lock _lock = new();
    private readonly Queue<string> _tail = [];
    private StreamWriter? _file = Open(path);

    public void Write(string line)
    {
        lock (_lock)
        {
            _tail.Enqueue(line);
            if (_tail.Count > TailLines)
                _tail.Dequeue();

            try
            {
                WriteToFile(line);
            }
            catch (IOException)
            {
                // A full disk costs the line, not the service that wrote it. The last lines are in memory.
            }
        }
    }

    private void WriteToFile(string line)
    {
        if (_file?.BaseStream.Length > MaxBytes)
        {
            using (_file)
                _file = null; // and stays so when it can't be replaced
            File.Move(path, $"{path}.1", overwrite: true);
            _file = Open(path);
        }
        _file?.WriteLine(line); // null: closed
    }

    public IReadOnlyList<string> Tail()
    {
        lock (_lock)
            return [.. _tail];
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    private static StreamWriter Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) { AutoFlush = true };
    }
}
