using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ServiceDefaults.Processes;

/// <summary>What a process of <see cref="OwnProcess"/> takes from itself before its work begins. Needs no privileges.</summary>
public static partial class ProcessLimits
{
    private const int RlimitData = 2, RlimitCore = 4; // Linux, on x64 and arm64

    /// <param name="memoryBytes">Private memory that it may write to.</param>
    /// <param name="niceness">Requests go first: 0 to 19. Not .NET's BelowNormal, which is 10 and leaves a tenth of a core on a busy machine.</param>
    public static void Apply(long memoryBytes, int niceness)
    {
        if (!OperatingSystem.IsLinux())
        {
            // The service's watch is the only limit here.
            using var self = Process.GetCurrentProcess();
            self.PriorityClass = ProcessPriorityClass.BelowNormal;
            return;
        }
        AddNiceness(niceness);
        // Private writable memory, so that one huge allocation fails at once. Not the address space (RLIMIT_AS): .NET
        // reserves 256 GiB of that. The watch in the service counts what is resident, mapped files included.
        Lower(RlimitData, memoryBytes);
        Lower(RlimitCore, 0);
        // When the machine runs out of memory, the kernel takes this process and not the service.
        File.WriteAllText("/proc/self/oom_score_adj", "1000");
    }

    private static void Lower(int resource, long bytes)
    {
        Check(GetLimit(resource, out var limit), "getrlimit");
        // The service itself may run under less.
        limit.Soft = limit.Hard = nuint.Min(limit.Hard, (nuint)bytes);
        Check(SetLimit(resource, in limit), "setrlimit");
    }

    private static void Check(int result, string call)
    {
        if (result != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call} failed.");
    }

    // Its result says nothing: a new niceness may be -1. More of it is always allowed.
    [LibraryImport("libc", EntryPoint = "nice")]
    private static partial int AddNiceness(int increment);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public nuint Soft;
        public nuint Hard;
    }
}
