using System.Diagnostics;

namespace ServiceDefaults.Processes;

/// <summary>In a process that <see cref="OwnProcess"/> started: it must not outlive a service that was killed.</summary>
public static class ParentWatch
{
    /// <summary>The parent holds our standard input open; the system closes it with the parent.</summary>
    public static void DieWithParent() => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
            // Nothing is ever sent.
        }
        Process.GetCurrentProcess().Kill();
    })
    { IsBackground = true, Name = "parent watch" }.Start();
}
